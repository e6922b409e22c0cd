"""What the models do not say themselves: rules that only their prose has, and findings that are no fault of a request."""

# Patterns: (operation, member) to what its value is like. Source: the member's own documentation in the model.
PATTERNS = {
    ("sqs:CreateQueue", "QueueName"): r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo",
}

# The model's pattern is that of a prefix; the developer guide has custom domains such as auth.example.com in the same
# member.
CUSTOM_DOMAINS = {
    ("cognito-idp:CreateUserPoolDomain", "Domain"),
    ("cognito-idp:DeleteUserPoolDomain", "Domain"),
    ("cognito-idp:DescribeUserPoolDomain", "Domain"),
    ("cognito-idp:UpdateUserPoolDomain", "Domain"),
}

# Ids that an emulator has made up in another form than AWS's.
IDS_OF_EMULATORS = {
    ("cognito-idp:DeleteManagedLoginBranding", "ManagedLoginBrandingId"),
    ("cognito-idp:DescribeManagedLoginBranding", "ManagedLoginBrandingId"),
    ("cognito-idp:UpdateManagedLoginBranding", "ManagedLoginBrandingId"),
    ("cloudfront:UpdateFunction", "FunctionConfig.KeyValueStoreAssociations.Items.KeyValueStoreARN"),
}

NO_FAULTS: set[tuple[str, str]] = CUSTOM_DOMAINS | IDS_OF_EMULATORS
