"""Additions to the models: rules that only their prose states, and findings that are not a request's fault."""

# Patterns: (operation, member) to the pattern of its value. Source: the member's own documentation in the model.
PATTERNS = {
    ("sqs:CreateQueue", "QueueName"): r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo",
}

# The model's pattern is that of a prefix; the developer guide uses custom domains such as auth.example.com in the same
# member.
CUSTOM_DOMAIN = r"[a-z0-9-]+(\.[a-z0-9-]+)+"
CUSTOM_DOMAINS = {
    ("cognito-idp:CreateUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
    ("cognito-idp:DeleteUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
    ("cognito-idp:DescribeUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
    ("cognito-idp:UpdateUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
}

# Ids that an emulator generates in a different form from AWS's.
STYLE = r"[A-Za-z0-9]{26}"
IDS_OF_EMULATORS = {
    ("cognito-idp:DeleteManagedLoginBranding", "ManagedLoginBrandingId"): STYLE,
    ("cognito-idp:DescribeManagedLoginBranding", "ManagedLoginBrandingId"): STYLE,
    ("cognito-idp:UpdateManagedLoginBranding", "ManagedLoginBrandingId"): STYLE,
    # MiniStack's, with the store's name instead of its id.
    (
        "cloudfront:UpdateFunction",
        "FunctionConfig.KeyValueStoreAssociations.Items.KeyValueStoreARN",
    ): r"arn:aws:cloudfront::\d{12}:key-value-store/[a-z0-9-]+",
    # fakecloud's, whose mappings are below their function.
    ("lambda:ListTags", "Resource"): r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+:event-source-mapping[:/][0-9a-f-]{36}",
}

# (operation, member) to the pattern of values that are accepted.
NO_FAULTS: dict[tuple[str, str], str] = CUSTOM_DOMAINS | IDS_OF_EMULATORS
