export { Api, type ApiOptions, type RequestOptions } from "./api.js";
export { type Notice, noticeOf, type Problem, type ProblemKind, problem, type Result } from "./problem.js";
export { type UserInfo, userInfo } from "./user-info.js";
