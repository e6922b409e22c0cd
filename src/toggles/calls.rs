//! The calls about toggles, their history, receipts and exposures.

use aws::Calls;
use aws::Purpose::{Change, Read};

/// The calls about toggles, their history, receipts and exposures.
pub const CALLS: &[Calls] = &[
    Calls::to(&[Read], TOGGLES, &["dynamodb:GetItem", "dynamodb:Scan"]),
    Calls::to(&[Read], HISTORY, &["dynamodb:Query"]),
    Calls::to(&[Read], CONNECTIONS, &["dynamodb:GetItem"]),
    Calls::to(&[Read], EXPOSURES, &["dynamodb:Scan"]),
    Calls::to(
        &[Change],
        TOGGLES,
        &[
            "dynamodb:PutItem",
            "dynamodb:TransactWriteItems",
            "dynamodb:UpdateItem",
        ],
    ),
    Calls::to(&[Change], HISTORIAN, &["lambda:GetFunctionConfiguration"]),
    Calls::to(&[Read], PROPOSALS, &["dynamodb:GetItem", "dynamodb:Scan"]),
    Calls::to(
        &[Change],
        PROPOSALS,
        &["dynamodb:DeleteItem", "dynamodb:PutItem"],
    ),
];

/// The table of toggles, of the stack `toggles`.
const TOGGLES: &str = "dynamodb:{region}:{account}:table/{system}-toggles-toggles-table";

/// The table of their history.
const HISTORY: &str = "dynamodb:{region}:{account}:table/{system}-toggles-history-table";

/// The table of proposals.
const PROPOSALS: &str = "dynamodb:{region}:{account}:table/{system}-toggles-proposals-table";

/// The table of exposures.
const EXPOSURES: &str = "dynamodb:{region}:{account}:table/{system}-toggles-exposures-table";

/// The function toggle-history, whose variable says which toggles are protected.
const HISTORIAN: &str = "lambda:{region}:{account}:function:{system}-toggles-toggle-history";

/// The table of connections, in which a receipt is.
const CONNECTIONS: &str = "dynamodb:{region}:{account}:table/{system}-toggles-connections-table";
