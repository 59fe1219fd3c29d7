/** @module How much of the data a check reads, in words. Pure. */
import type { ReadData } from "../../server/protocol/entities.ts";
import { count } from "../format.ts";

/** As "5 % of the data". */
export function readDataText(read_data: ReadData): string {
  switch (read_data.how) {
    case "all":
      return "all of the data";
    case "percent":
      return `${read_data.percent} % of the data`;
    case "part":
      return `part ${read_data.part} of ${read_data.of} of the data`;
    case "size":
      return `${count(read_data.mib)} MiB of the data`;
  }
}
