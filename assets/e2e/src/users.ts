import type { Account } from "./pages.js";
import { frontage, running } from "./system.js";

const PASSWORD = "Try-Frontage-1";

/** Makes a user of the system in some groups of the pool, unless there is one. */
export async function user(name: string, ...groups: string[]): Promise<Account> {
  const of = await member(name);
  // The name of a person is an address that is verified.
  const UserAttributes = [
    { Name: "email", Value: name },
    { Name: "email_verified", Value: "true" },
  ];
  const created = { ...of, UserAttributes, MessageAction: "SUPPRESS" };
  await call("AdminCreateUser", created, "UsernameExistsException");
  await call("AdminSetUserPassword", { ...of, Password: PASSWORD, Permanent: true });
  for (const GroupName of groups) await call("AdminAddUserToGroup", { ...of, GroupName });
  return { user: name, password: PASSWORD };
}

/** Puts a user into a group of the pool, which is made if there is none. */
export async function join(name: string, GroupName: string): Promise<void> {
  const { UserPoolId, Username } = await member(name);
  await call("CreateGroup", { UserPoolId, GroupName }, "GroupExistsException");
  await call("AdminAddUserToGroup", { UserPoolId, Username, GroupName });
}

/** Takes a user out of a group. */
export async function leave(name: string, GroupName: string): Promise<void> {
  await call("AdminRemoveUserFromGroup", { ...(await member(name)), GroupName });
}

/** Has the shell's client give tokens that live for so long from now on, also by a password alone. */
export async function tokensOfSeconds(seconds: number): Promise<void> {
  await client(seconds, "seconds", ["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]);
}

/** Has it give tokens as it is described. */
export async function tokensAsDescribed(): Promise<void> {
  await client(10, "minutes", ["ALLOW_USER_SRP_AUTH"]);
}

async function client(time: number, unit: string, ExplicitAuthFlows: readonly string[]): Promise<void> {
  const { identity } = JSON.parse(await frontage("outputs", "--format", "json"));
  await call("UpdateUserPoolClient", {
    UserPoolId: identity.user_pool_id,
    ClientId: identity.client_id,
    AccessTokenValidity: time,
    IdTokenValidity: time,
    TokenValidityUnits: { AccessToken: unit, IdToken: unit, RefreshToken: "days" },
    ExplicitAuthFlows,
  });
}

/** Tokens of the shell's client for a user, as the user is now: see {@link tokensOfSeconds}. */
export async function tokensOf({
  user,
  password,
}: Account): Promise<{ id_token: string; access_token: string }> {
  const { identity } = JSON.parse(await frontage("outputs", "--format", "json"));
  const answer = await call("AdminInitiateAuth", {
    UserPoolId: identity.user_pool_id,
    ClientId: identity.client_id,
    AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: user, PASSWORD: password },
  });
  const { IdToken, AccessToken } = JSON.parse(answer).AuthenticationResult;
  return { id_token: IdToken, access_token: AccessToken };
}

async function member(name: string): Promise<{ UserPoolId: string; Username: string }> {
  const outputs = JSON.parse(await frontage("outputs", "--format", "json"));
  return { UserPoolId: outputs.identity.user_pool_id as string, Username: name };
}

/** A call of Cognito. The emulator looks at the key of a request, and not at its signature. */
async function call(action: string, parameters: object, fine?: string): Promise<string> {
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
  return text;
}
