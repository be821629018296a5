// What the person does, in order. Each step begins where the one before ended.
import { editSteps } from "./edit.mjs";
import { linkSteps } from "./links.mjs";
import { startSteps } from "./start.mjs";
import { transferSteps } from "./transfer.mjs";
import { troubleSteps } from "./trouble.mjs";
import { viewSteps } from "./views.mjs";

export const STEPS = [...startSteps, ...linkSteps, ...editSteps, ...troubleSteps, ...viewSteps, ...transferSteps];
