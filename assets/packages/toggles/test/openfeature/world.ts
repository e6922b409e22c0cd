import { type EvaluationDetails, type Hook, type JsonValue, OpenFeature } from "@openfeature/web-sdk";
import { expect, vi } from "vitest";
import { WebSocket } from "ws";
import { FrontageProvider, type SocketClass, TogglesClient } from "../../src/index.js";
import { type Context, Service } from "../service.js";

/** Longer than any of these takes on a busy machine. */
const PATIENCE = { timeout: 15_000 };

export type Type = "Boolean" | "String" | "Integer" | "Float" | "Object";
export type Details = EvaluationDetails<JsonValue>;

/** Whoever has signed in, if a scenario does not say who it is. */
export const SOMEBODY = "somebody";

/** One scenario: a service, the page's client of it, and the provider on that. */
export class Scenario {
  readonly service: Service;
  readonly flags = OpenFeature.getClient();
  #toggles: TogglesClient;
  /** What is known of the user, in claims of the token. */
  readonly context: Record<string, unknown> = {};
  user = SOMEBODY;
  flag: { readonly type: Type; readonly key: string; readonly fallback: string } | undefined;
  details: Details | undefined;
  /** The hooks that were called, with what. */
  readonly called: { readonly stage: string; readonly details?: Details | undefined }[] = [];

  /** With the items that the service sends to a client. */
  static async start(answers: (context: Context) => readonly object[]): Promise<Scenario> {
    const service = await Service.start();
    service.connect = "optional";
    service.answers = answers;
    return new Scenario(service);
  }

  private constructor(service: Service) {
    this.service = service;
    this.#toggles = this.#client();
  }

  #client(): TogglesClient {
    const { service } = this;
    return new TogglesClient({
      url: service.url,
      WebSocket: WebSocket as unknown as SocketClass,
      connect: "optional",
      credentials: async () => service.pool.token(this.user, [], this.context),
      storage: null,
      sharing: null,
      surroundings: { isOnline: () => true, watch: () => () => undefined },
      random: () => 0.001,
    });
  }

  /** Sets a new provider, which is in a state or comes to be. */
  async provide(state: string): Promise<void> {
    this.#toggles.stop();
    await OpenFeature.clearProviders();
    this.#toggles = this.#client();
    const provider = new FrontageProvider(this.#toggles);
    this.service.isSilent = state === "not ready" || state === "error";
    this.#toggles.start();
    if (state === "not ready") {
      OpenFeature.setProvider(provider);
    } else if (state === "error") {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const failed = expect(OpenFeature.setProviderAndWait(provider)).rejects.toThrow();
      await vi.advanceTimersByTimeAsync(10_000);
      await failed;
      vi.useRealTimers();
    } else {
      await OpenFeature.setProviderAndWait(provider);
    }
    if (state === "stale") {
      await this.#loseConnection();
    }
  }

  /** Evaluates the flag for who is signed in: the user with the context, if there is one. */
  async evaluate(hooks: Hook[] = []): Promise<void> {
    const { type, key, fallback } = this.flag ?? { type: "Boolean" as const, key: "", fallback: "" };
    if (this.user !== SOMEBODY || Object.keys(this.context).length > 0) {
      await this.#identify({ id: this.user, groups: [] });
    }
    const options = { hooks };
    switch (type) {
      case "Boolean":
        this.details = this.flags.getBooleanDetails(key, fallback === "true", options);
        break;
      case "String":
        this.details = this.flags.getStringDetails(key, fallback, options);
        break;
      case "Object":
        this.details = this.flags.getObjectDetails(key, JSON.parse(fallback), options);
        break;
      default:
        this.details = this.flags.getNumberDetails(key, Number(fallback), options);
    }
  }

  /** Somebody has signed out. */
  forget(): Promise<void> {
    return this.#identify(undefined);
  }

  hook(name = ""): Hook {
    const note = (stage: string) => (_: unknown, details?: unknown) => {
      this.called.push({ stage: name + stage, details: details as Details | undefined });
    };
    return { before: note("before"), after: note("after"), error: note("error"), finally: note("finally") };
  }

  async end(): Promise<void> {
    this.#toggles.stop();
    this.flags.clearHooks();
    await OpenFeature.clearProviders();
    await this.service.stop();
  }

  async #identify(user: { id: string; groups: string[] } | undefined): Promise<void> {
    this.#toggles.identify(user);
    await expect.poll(() => this.#toggles.status, PATIENCE).toBe("live");
  }

  /** The service goes away, and admits nobody. */
  async #loseConnection(): Promise<void> {
    this.service.connect = "required";
    for (const socket of this.service.clients.keys()) {
      socket.terminate();
    }
    await expect.poll(() => this.flags.providerStatus, PATIENCE).toBe("STALE");
  }
}
