//! The creation of buckets.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_name_that_was_just_let_go_of_and_a_bucket_that_is_not_known_yet_are_waited_for() {
    let tagged = tagging("test/b");
    let early = [
        (CREATE, 409, ABORTED),
        (CREATE, 409, ABORTED),
        (CREATE, 200, ""),
        (HEAD, 404, ""),
        (HEAD, 200, ""),
        (HEAD, 200, ""),
        (GET_TAGS, 404, MISSING),
        (GET_TAGS, 404, MISSING),
        (GET_TAGS, 200, tagged.as_str()),
        (GET_TAGS, 200, tagged.as_str()),
        ("?encryption", 404, MISSING),
    ];
    let settings = NEW.into_iter().chain(NEW.into_iter().skip(1));
    let fake = FakeAws::new(early.into_iter().chain(settings));
    let live = driver(&fake)
        .create(bucket(), &owner(), &tags())
        .await
        .unwrap();
    assert_eq!(
        live.attribute(Bucket::REGIONAL_DOMAIN_NAME).unwrap(),
        "acme-b.s3.eu-west-1.amazonaws.com"
    );
    let requests = fake.requests();
    let create = &requests[0];
    assert!(
        create.contains("<LocationConstraint>eu-west-1</LocationConstraint>"),
        "{create}"
    );
    assert!(
        create.contains("<Key>frontage:address</Key><Value>test/b</Value>"),
        "{create}"
    );
    let writes = requests
        .iter()
        .filter(|request| request.starts_with("PUT"))
        .count();
    assert_eq!(
        writes, 3,
        "a new bucket at AWS needs no setting written: {requests:?}"
    );
}

/// Endpoints that do not know tags in the call ignore them.
#[tokio::test]
async fn tags_that_the_call_did_not_set_are_set_before_anything_else() {
    let answers = [
        (CREATE, 200, ""),
        (HEAD, 200, ""),
        (GET_TAGS, 404, "<Error><Code>NoSuchTagSet</Code></Error>"),
        (GET_TAGS, 404, "<Error><Code>NoSuchTagSet</Code></Error>"),
        (
            "PUT https://acme-b.s3.eu-west-1.amazonaws.com/?tagging",
            200,
            "",
        ),
    ];
    let fake = FakeAws::new(answers.into_iter().chain(NEW));
    driver(&fake)
        .create(bucket(), &owner(), &tags())
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_lost_answer_is_no_error_and_a_bucket_of_somebody_else_is() {
    let owned = "<Error><Code>BucketAlreadyOwnedByYou</Code><Message>yours</Message></Error>";
    let tagged = tagging("test/b");
    let answers = [
        (CREATE, 409, owned),
        (GET_TAGS, 200, tagged.as_str()),
        (HEAD, 200, ""),
        (GET_TAGS, 200, tagged.as_str()),
        (GET_TAGS, 200, tagged.as_str()),
    ];
    let fake = FakeAws::new(answers.into_iter().chain(NEW));
    driver(&fake)
        .create(bucket(), &owner(), &tags())
        .await
        .unwrap();
    fake.assert_used();
    let other = tagging("test/other");
    let fake = FakeAws::new([(CREATE, 409, owned), (GET_TAGS, 200, other.as_str())]);
    let error = driver(&fake)
        .create(bucket(), &owner(), &tags())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("is not this system's"),
        "{error}"
    );
    // AWS's own words.
    let taken = "<Error><Code>BucketAlreadyExists</Code><Message>The requested bucket name is not available.\
                 </Message></Error>";
    let error = driver(&FakeAws::new([(CREATE, 409, taken)]))
        .create(bucket(), &owner(), &tags())
        .await
        .unwrap_err();
    assert!(
        error.has_message("BucketAlreadyExists", "name is not available"),
        "{error}"
    );
}

/// There a second creation is answered with 200, regardless of the bucket's owner.
#[tokio::test]
async fn in_us_east_1_a_bucket_is_looked_for_first() {
    let head = "HEAD https://acme-b.s3.us-east-1.amazonaws.com/ ";
    let get = "GET https://acme-b.s3.us-east-1.amazonaws.com/?tagging";
    let other = tagging("test/other");
    let fake = FakeAws::new([(head, 200, ""), (get, 200, other.as_str())]);
    let east = |fake: &FakeAws| Buckets::new(&Account::for_tests(fake).in_region("us-east-1"));
    let error = east(&fake)
        .create(bucket(), &owner(), &tags())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("is not this system's"),
        "{error}"
    );
    let tagged = tagging("test/b");
    let answers = [
        (head, 404, ""),
        ("PUT https://acme-b.s3.us-east-1.amazonaws.com/ ", 200, ""),
        (head, 200, ""),
        (get, 200, tagged.as_str()),
        (get, 200, tagged.as_str()),
    ];
    let fake = FakeAws::new(answers.into_iter().chain(NEW));
    east(&fake)
        .create(bucket(), &owner(), &tags())
        .await
        .unwrap();
    fake.assert_used();
    assert!(
        !fake.requests()[1].contains("LocationConstraint"),
        "{:?}",
        fake.requests()
    );
}
