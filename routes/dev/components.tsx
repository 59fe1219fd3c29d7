import { Page, PageHead } from "../../components/Page.tsx";
import { frameOf } from "../../components/page_frame.ts";
import { ButtonGallery, NoteGallery, StateGallery } from "../../components/gallery/Basics.tsx";
import { ChartGallery, VerdictGallery } from "../../components/gallery/Charts.tsx";
import { FormGallery } from "../../components/gallery/Forms.tsx";
import { ListGallery } from "../../components/gallery/Lists.tsx";
import { ScheduleGallery } from "../../components/gallery/Schedules.tsx";
import { sampleId } from "../../components/gallery/samples.ts";
import { UsualTimes } from "../../server/jobs/usual_times.ts";
import { define } from "../../server/state.ts";

const RUNS = [300, 360, 400].map((seconds) => ({
  host_id: sampleId(1),
  kind: "backup" as const,
  took_ms: seconds * 1000,
}));

/** Every component in every state. In development only: builds leave this folder out. */
export default define.page(function GalleryPage({ state, url }) {
  const { csrf_token } = state;
  return (
    <Page crumbs={[{ label: "Components" }]} {...frameOf(state, url)} live="off">
      <PageHead title="Components" sub="Every component in every state, with made-up data." />
      <VerdictGallery here={url.pathname} />
      <StateGallery />
      <ButtonGallery csrf_token={csrf_token} />
      <NoteGallery />
      <FormGallery />
      <ListGallery csrf_token={csrf_token} url={url} usual={new UsualTimes(RUNS)} />
      <ScheduleGallery csrf_token={csrf_token} />
      <ChartGallery />
    </Page>
  );
});
