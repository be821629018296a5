// First run, sign-in and sign-out.
import { expectNothing } from "./person.mjs";

export const OWNER = { name: "Ann Lee", email: "ann@example.com", password: "four random words" };

export const startSteps = [
  [
    "an unknown visitor sees the sign-in page",
    async (person) => {
      await person.visit("/app");
      await person.sees("Sign in");
      expectNothing(await person.look("sign-in"));
    },
  ],
  [
    "a wrong admin key creates no account",
    async (person, { adminKey }) => {
      await person.press("New deployment? Create the first account", "link");
      await person.type("Your name", OWNER.name);
      await person.type("E-mail", OWNER.email);
      await person.type("Password", OWNER.password);
      await person.type("Admin key", `${adminKey}x`);
      await person.expecting(["status of 401"], async () => {
        await person.press("Create account");
        await person.sees("This is not the admin key of this deployment.");
      });
      expectNothing(await person.look("set-up"));
    },
  ],
  [
    "the first owner is set up and signed in",
    async (person, { adminKey }) => {
      await person.type("Admin key", adminKey);
      await person.press("Create account");
      await person.sees("No links yet");
      expectNothing(await person.look("empty list"));
    },
  ],
  [
    "the owner signs out and in again",
    async (person) => {
      await person.press("Sign out");
      await person.sees("Forgot the password?");
      await person.type("E-mail", OWNER.email);
      await person.type("Password", "four wrong words");
      await person.expecting(["status of 401"], async () => {
        await person.press("Sign in");
        await person.sees("The e-mail address or the password is wrong.");
      });
      await person.type("Password", OWNER.password);
      await person.press("Sign in");
      await person.sees("No links yet");
    },
  ],
  [
    "a reload keeps the session",
    async (person) => {
      await person.reload();
      await person.sees("No links yet");
    },
  ],
];
