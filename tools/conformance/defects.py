"""Findings that are no fault of a request: (operation, member), each with its reason."""

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

DEFECTS: set[tuple[str, str]] = CUSTOM_DOMAINS | IDS_OF_EMULATORS
