import { signal } from "@preact/signals";
import Counter from "../islands/Counter.tsx";
import { Left, Right } from "../islands/Twins.tsx";

export default function Home() {
  const shared = signal(0);
  return (
    <main>
      text before
      <Counter start={5} since={new Date(0)} items={new Map([["a", 1], ["b", 2]])} />
      text after
      <Left clicks={shared} />
      <Right clicks={shared} />
    </main>
  );
}
