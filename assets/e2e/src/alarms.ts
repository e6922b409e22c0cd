import { running } from "./system.js";

/** Makes an alarm in CloudWatch that is quiet. */
export async function alarm(name: string): Promise<void> {
  await call("PutMetricAlarm", {
    AlarmName: name,
    Namespace: "Acme",
    MetricName: "Errors",
    Statistic: "Sum",
    Period: "60",
    EvaluationPeriods: "1",
    Threshold: "1",
    ComparisonOperator: "GreaterThanThreshold",
  });
  await call("SetAlarmState", { AlarmName: name, StateValue: "OK", StateReason: "no errors" });
}

/** Makes it ring. */
export async function ring(name: string, reason: string): Promise<void> {
  await call("SetAlarmState", { AlarmName: name, StateValue: "ALARM", StateReason: reason });
}

/** Deletes it, if it is there. */
export async function silence(name: string): Promise<void> {
  await call("DeleteAlarms", { "AlarmNames.member.1": name });
}

/** A call of CloudWatch. The emulator looks at the key of a request, and not at its signature. */
async function call(action: string, parameters: Record<string, string>): Promise<void> {
  const { endpoint, accessKeyId } = running();
  const scope = `${accessKeyId}/20260101/eu-west-1/monitoring/aws4_request`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Action: action, Version: "2010-08-01", ...parameters }),
  });
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
}
