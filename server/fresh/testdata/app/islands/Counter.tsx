import { useState } from "preact/hooks";

interface CounterProps {
  start: number;
  since: Date;
  items: Map<string, number>;
}

export default function Counter({ start, since, items }: CounterProps) {
  const [count, setCount] = useState(start);
  return (
    <>
      <button type="button" onClick={() => setCount(count + 1)}>Count {count}</button>
      <time>{since.toISOString().slice(0, 10)}</time>
      <ul>{[...items].map(([key, value]) => <li key={key}>{key}={value}</li>)}</ul>
    </>
  );
}
