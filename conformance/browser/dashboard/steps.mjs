// What the person does, in order. Each step begins where the one before ended.
import { linkSteps } from "./links.mjs";
import { startSteps } from "./start.mjs";

export const STEPS = [...startSteps, ...linkSteps];
