//! Amazon CloudFront: distributions and their parts.

mod behavior;
mod cache_policy;
mod distribution;
mod function;
mod origin;
mod origin_access_control;
mod response_headers_policy;
mod security_headers;
mod service;

pub use behavior::{
    CacheBehavior, DefaultCacheBehavior, EventType, FunctionAssociation, Method,
    ViewerProtocolPolicy,
};
pub use cache_policy::{
    CACHE_POLICY, CachePolicy, CachePolicyConfig, CookieBehavior, CookiesConfig, HeaderBehavior,
    HeadersConfig, ParametersInCacheKeyAndForwardedToOrigin, QueryStringBehavior,
    QueryStringsConfig,
};
pub use distribution::{
    CustomErrorResponse, DISTRIBUTION, Distribution, DistributionConfig, GeoRestriction,
    GeoRestrictionType, HttpVersion, Logging, PriceClass, Restrictions, SslSupportMethod,
    ViewerCertificate,
};
pub use function::{FUNCTION, Function, FunctionConfig, FunctionRuntime, KeyValueStoreAssociation};
pub use origin::{
    CustomOriginConfig, IpAddressType, Origin, OriginCustomHeader, OriginProtocolPolicy,
    OriginShield, S3OriginConfig, SslProtocol,
};
pub use origin_access_control::{
    ORIGIN_ACCESS_CONTROL, OriginAccessControl, OriginAccessControlConfig, OriginType,
    SigningBehavior, SigningProtocol,
};
pub use response_headers_policy::{
    CorsConfig, CorsMethod, CustomHeader, Items, RESPONSE_HEADERS_POLICY, RemoveHeader,
    ResponseHeadersPolicy, ResponseHeadersPolicyConfig, ServerTimingHeadersConfig,
};
pub use security_headers::{
    CONTENT_SECURITY_POLICY_LENGTH, ContentSecurityPolicy, ContentTypeOptions, FrameOption,
    FrameOptions, ReferrerPolicy, ReferrerPolicyValue, SecurityHeadersConfig,
    StrictTransportSecurity, XssProtection,
};
pub use service::SERVICE;
