import type { Account } from "./pages.js";
import { frontage, running } from "./system.js";

const PASSWORD = "Try-Frontage-1";

/** Makes a user of the system in some groups of the pool, unless there is one. */
export async function user(name: string, ...groups: string[]): Promise<Account> {
  const outputs = JSON.parse(await frontage("outputs", "--format", "json"));
  const of = { UserPoolId: outputs.identity.user_pool_id as string, Username: name };
  const attributes = { UserAttributes: [{ Name: "email", Value: name }], MessageAction: "SUPPRESS" };
  await call("AdminCreateUser", { ...of, ...attributes }, "UsernameExistsException");
  await call("AdminSetUserPassword", { ...of, Password: PASSWORD, Permanent: true });
  for (const GroupName of groups) await call("AdminAddUserToGroup", { ...of, GroupName });
  return { user: name, password: PASSWORD };
}

/** A call of Cognito. The emulator looks at the key of a request, and not at its signature. */
async function call(action: string, parameters: object, fine?: string): Promise<void> {
  const { endpoint, accessKeyId } = running();
  const scope = `${accessKeyId}/20260101/eu-west-1/cognito-idp/aws4_request`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${action}`,
    },
    body: JSON.stringify(parameters),
  });
  const text = await answer.text();
  if (!answer.ok && !(fine && text.includes(fine))) throw new Error(`${action}: ${answer.status} ${text}`);
}
