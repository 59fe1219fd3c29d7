/** @module An agent that would bring zod along, which the build refuses. */
import * as z from "zod";

export const text = z.string();
