//! The toggle service's tables and logs, used without Frontage.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::aws::call;
use crate::http::{Connection, authority};
use crate::outcome::Outcome;
use crate::rules::{self, Rules};
use crate::world::World;

/// How long a function's log line may take to appear.
const PATIENCE: Duration = Duration::from_secs(10);

/// The URL for posts to a connection.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    /// `http://HOST:PORT`.
    pub(crate) endpoint: String,
    /// The path of its `@connections` resource.
    pub(crate) path: String,
}

/// The measurements that toggle-message logs for one fan-out.
#[derive(Debug)]
pub(crate) struct Told {
    /// From the event to the response to the last post.
    pub(crate) to_last_client: Duration,
    /// From the event to the end, including the reads and the response to Lambda.
    pub(crate) to_the_end: Duration,
    /// The number of posts.
    pub(crate) posts: u64,
}

impl Told {
    fn of(line: &Value) -> Option<Self> {
        let duration = |name: &str| Some(Duration::from_secs_f64(line[name].as_f64()? / 1e3));
        Some(Self {
            to_last_client: duration("told_ms")?,
            to_the_end: duration("fan_out_ms")?,
            posts: line["posts"].as_u64()?,
        })
    }
}

/// The tables and the logs.
#[derive(Debug)]
pub(crate) struct Service {
    connection: Connection,
    toggles: String,
    connections: String,
    log_group: String,
    told: usize,
}

impl Service {
    pub(crate) async fn of(world: &World) -> Outcome<Self> {
        let mut connection = Connection::open(&world.endpoint()).await?;
        let groups = call(
            &mut connection,
            "Logs_20140328.DescribeLogGroups",
            &json!({}),
        )
        .await?;
        let groups = groups["logGroups"].as_array().into_iter().flatten();
        let mut names = groups.filter_map(|group| group["logGroupName"].as_str());
        let log_group = names
            .find(|name| name.ends_with("toggle-message"))
            .ok_or("no log group")?
            .to_owned();
        let (toggles, connections) = (
            world.output("toggles_table")?,
            world.output("connections_table")?,
        );
        Ok(Self {
            connection,
            toggles,
            connections,
            log_group,
            told: 0,
        })
    }

    /// Writes the toggle that is measured.
    pub(crate) async fn write(&mut self, name: &str, rules: Rules) -> Outcome<()> {
        let mut item = json!({"featureId": {"S": "1"}, "featureName": {"S": name}, "isActive": {"BOOL": true}});
        if let Some(targeting) = rules.targeting() {
            item["targeting"] = json!({"S": targeting});
        }
        self.dynamodb("PutItem", &json!({"TableName": self.toggles, "Item": item}))
            .await
            .map(drop)
    }

    /// The reads that a fan-out needs, without the function: the toggle, every connection, and the
    /// toggle again.
    pub(crate) async fn read(&mut self) -> Outcome<Duration> {
        let began = Instant::now();
        self.read_toggle().await?;
        self.connections().await?;
        self.read_toggle().await?;
        Ok(began.elapsed())
    }

    /// The read before the first post, without the function.
    pub(crate) async fn read_toggle(&mut self) -> Outcome<Duration> {
        let key = json!({"featureId": {"S": "1"}});
        let get = json!({"TableName": self.toggles, "ConsistentRead": true, "Key": key});
        let began = Instant::now();
        self.dynamodb("GetItem", &get).await?;
        Ok(began.elapsed())
    }

    /// The URL for posts to every connection.
    pub(crate) async fn callbacks(&mut self) -> Outcome<Vec<Callback>> {
        let items = self.connections().await?;
        let callback = |item: &Value| {
            let url = item["connectionEndpoint"]["S"].as_str()?;
            let id = item["connectionId"]["S"].as_str()?.replace('=', "%3D");
            let (_, stage) = url.split_once(authority(url))?;
            Some(Callback {
                endpoint: format!("http://{}", authority(url)),
                path: format!("{stage}/@connections/{id}"),
            })
        };
        Ok(items.iter().filter_map(callback).collect())
    }

    /// Routes the posts to every connection through another endpoint. Returns for how many that is new:
    /// new-connection then sends them the state again, since their items have changed.
    pub(crate) async fn redirect(&mut self, endpoint: &str) -> Outcome<usize> {
        let mut new = 0;
        for mut item in self.connections().await? {
            let url = item["connectionEndpoint"]["S"].as_str().unwrap_or_default();
            let redirected = url.replacen(authority(url), authority(endpoint), 1);
            if redirected == url {
                continue;
            }
            new += 1;
            item["connectionEndpoint"]["S"] = redirected.into();
            item["context"] = json!({"S": rules::context(u32::try_from(new)?)});
            self.dynamodb(
                "PutItem",
                &json!({"TableName": self.connections, "Item": item}),
            )
            .await?;
        }
        Ok(new)
    }

    /// Waits for toggle-message's next log line.
    pub(crate) async fn fan_out(&mut self) -> Outcome<Told> {
        let began = Instant::now();
        loop {
            let told = self.lines().await?;
            if let Some(line) = told.get(self.told) {
                self.told = told.len();
                return Told::of(line)
                    .ok_or_else(|| format!("not the log line of a fan-out: {line}").into());
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("no new line in {}", self.log_group).into());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn lines(&mut self) -> Outcome<Vec<Value>> {
        let filter = json!({"logGroupName": self.log_group});
        let answer = call(
            &mut self.connection,
            "Logs_20140328.FilterLogEvents",
            &filter,
        )
        .await?;
        let events = answer["events"].as_array().into_iter().flatten();
        let lines = events
            .filter_map(|event| serde_json::from_str::<Value>(event["message"].as_str()?).ok());
        Ok(lines.filter(|line| line["message"] == "told").collect())
    }

    async fn connections(&mut self) -> Outcome<Vec<Value>> {
        let scan = json!({"TableName": self.connections, "ConsistentRead": true});
        let answer = self.dynamodb("Scan", &scan).await?;
        Ok(answer["Items"].as_array().cloned().unwrap_or_default())
    }

    async fn dynamodb(&mut self, operation: &str, body: &Value) -> Outcome<Value> {
        call(
            &mut self.connection,
            &format!("DynamoDB_20120810.{operation}"),
            body,
        )
        .await
    }
}
