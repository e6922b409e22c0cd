"""What the models do not say themselves: rules that only their prose has, and findings that are no fault of a request."""

# Patterns: (operation, member) to what its value is like. Source: the member's own documentation in the model.
PATTERNS = {
    ("sqs:CreateQueue", "QueueName"): r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo",
}

# The model's pattern is that of a prefix; the developer guide has custom domains such as auth.example.com in the same
# member.
CUSTOM_DOMAIN = r"[a-z0-9-]+(\.[a-z0-9-]+)+"
CUSTOM_DOMAINS = {
    ("cognito-idp:CreateUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
    ("cognito-idp:DeleteUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
    ("cognito-idp:DescribeUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
    ("cognito-idp:UpdateUserPoolDomain", "Domain"): CUSTOM_DOMAIN,
}

# Ids that an emulator has made up in another form than AWS's.
STYLE = r"[A-Za-z0-9]{26}"
IDS_OF_EMULATORS = {
    ("cognito-idp:DeleteManagedLoginBranding", "ManagedLoginBrandingId"): STYLE,
    ("cognito-idp:DescribeManagedLoginBranding", "ManagedLoginBrandingId"): STYLE,
    ("cognito-idp:UpdateManagedLoginBranding", "ManagedLoginBrandingId"): STYLE,
    # MiniStack's, with the store's name in place of its id.
    (
        "cloudfront:UpdateFunction",
        "FunctionConfig.KeyValueStoreAssociations.Items.KeyValueStoreARN",
    ): r"arn:aws:cloudfront::\d{12}:key-value-store/[a-z0-9-]+",
    # fakecloud's, whose mappings stand below their function.
    ("lambda:ListTags", "Resource"): r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+:event-source-mapping[:/][0-9a-f-]{36}",
}

# (operation, member) to the values that are no fault.
NO_FAULTS: dict[tuple[str, str], str] = CUSTOM_DOMAINS | IDS_OF_EMULATORS
