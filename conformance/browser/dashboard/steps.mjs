// What the person does, in order. Each step begins where the one before ended. A step has a name, what is done, and perhaps
// the only `edge` that it runs on. It may return pictures with the text that a decoder has to find in them.
import { abuseSteps } from "./abuse.mjs";
import { answerSteps } from "./answers.mjs";
import { browserSteps } from "./browsers.mjs";
import { bulkSteps } from "./bulk.mjs";
import { deploymentSteps } from "./deployment.mjs";
import { editSteps } from "./edit.mjs";
import { historySteps } from "./history.mjs";
import { keySteps } from "./keys.mjs";
import { linkSteps } from "./links.mjs";
import { qrSteps } from "./qr.mjs";
import { startSteps } from "./start.mjs";
import { statisticsSteps } from "./statistics.mjs";
import { tabSteps } from "./tabs.mjs";
import { tagSteps } from "./tags.mjs";
import { teamSteps } from "./team.mjs";
import { transferSteps } from "./transfer.mjs";
import { troubleSteps } from "./trouble.mjs";
import { viewSteps } from "./views.mjs";

export const STEPS = [
  ...startSteps,
  ...linkSteps,
  ...editSteps,
  ...historySteps,
  ...troubleSteps,
  ...tabSteps,
  ...teamSteps,
  ...bulkSteps,
  ...tagSteps,
  ...keySteps,
  ...abuseSteps,
  ...qrSteps,
  ...statisticsSteps,
  ...viewSteps,
  ...answerSteps,
  ...browserSteps,
  ...deploymentSteps,
  ...transferSteps,
];
