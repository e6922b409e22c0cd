//! Tags of what CloudFront can tag, by ARN.

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{Tag, TagKeys, Tags as SdkTags};
use engine::DriverError;
use model::Tags;

use super::convert::built;
use crate::failed;
use crate::kit::call::Call as _;

pub(super) async fn read(client: &Client, arn: &str) -> Result<Tags, DriverError> {
    let answer = client.list_tags_for_resource().resource(arn).send().await;
    let tags = answer
        .map_err(failed("cloudfront:ListTagsForResource"))?
        .tags
        .and_then(|tags| tags.items);
    Ok(tags
        .unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value.unwrap_or_default()))
        .collect())
}

pub(super) async fn write(
    client: &Client,
    arn: &str,
    set: &Tags,
    remove: &[String],
) -> Result<(), DriverError> {
    if !remove.is_empty() {
        let keys = TagKeys::builder().set_items(Some(remove.to_vec())).build();
        client
            .untag_resource()
            .resource(arn)
            .tag_keys(keys)
            .send()
            .sent("cloudfront:UntagResource")
            .await?;
    }
    if !set.is_empty() {
        client
            .tag_resource()
            .resource(arn)
            .tags(sdk(set)?)
            .send()
            .sent("cloudfront:TagResource")
            .await?;
    }
    Ok(())
}

pub(super) fn sdk(tags: &Tags) -> Result<SdkTags, DriverError> {
    let tag =
        |(key, value): (&String, &String)| built(Tag::builder().key(key).value(value).build());
    Ok(SdkTags::builder()
        .set_items(Some(tags.iter().map(tag).collect::<Result<_, _>>()?))
        .build())
}
