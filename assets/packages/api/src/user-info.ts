import type { SessionView } from "@frontage/contract";
import { Api, type RequestOptions } from "./api.js";
import type { Result } from "./problem.js";

/** The user pool's information about the signed-in user. */
export interface UserInfo {
  readonly email: string | undefined;
  /** Whether the user has proved ownership of the email address. */
  readonly emailConfirmed: boolean;
}

/** From OpenID Connect's standard claims. Cognito writes booleans as text. */
interface Claims {
  readonly email?: string;
  readonly email_verified?: boolean | "true" | "false";
}

/** Asks the user pool about the user, on the user's behalf. */
export async function userInfo(
  session: Pick<SessionView, "getAccessToken" | "userInfoUrl">,
  options?: RequestOptions,
): Promise<Result<UserInfo>> {
  const api = new Api({ session, baseUrl: session.userInfoUrl });
  const answer = await api.get<Claims>(session.userInfoUrl, options);
  if (!answer.ok) return answer;
  const { email, email_verified: verified } = answer.value ?? {};
  return { ...answer, value: { email, emailConfirmed: String(verified) === "true" } };
}
