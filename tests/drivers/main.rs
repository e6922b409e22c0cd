//! Each driver against an emulator: resources are created, changed, replaced, repaired and deleted;
//! every next plan is empty.

#[path = "../support/mod.rs"]
mod support;

mod apigatewayv2;
mod certificatemanager;
mod cloudfront;
mod cloudwatch;
mod codeartifact;
mod codebuild;
mod codecommit;
mod codepipeline;
mod cognito;
mod dashboards;
mod dynamodb;
mod elsewhere;
mod events;
mod health_checks;
mod iam;
mod lambda;
mod logs;
mod refusals;
mod route53;
mod s3;
mod scheduler;
mod sns;
mod sqs;
