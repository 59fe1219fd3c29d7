/** @module The frame around every page of a signed-in user: side bar, bottom bar on a phone. */
import type { ComponentChildren } from "preact";
import Keyboard from "../islands/Keyboard.tsx";
import { paths } from "../server/protocol/paths.ts";
import { SOFTWARE_VERSION } from "../server/protocol/version.ts";
import type { DiskState } from "../server/db/disk_health.ts";
import { Brand } from "./Brand.tsx";
import { DiskNote } from "./DiskNote.tsx";
import { CsrfField } from "./Field.tsx";
import { count } from "./format.ts";
import { Icon } from "./Icon.tsx";
import { ACCOUNT, type Place, PLACES } from "./places.ts";
import { ReadOnlyPages } from "./ReadOnly.tsx";
import { Count } from "./Status.tsx";

export interface ShellProps {
  /** The address of this page; marks its place in the navigation. */
  pathname: string;
  counts: { hosts: number; running: number };
  user: { name: string; role: string };
  disk: DiskState;
  csrf_token: string;
  children: ComponentChildren;
}

function isHere(place: Place, pathname: string): boolean {
  if (place.href === "/") return pathname === "/";
  return pathname === place.href || pathname.startsWith(`${place.href}/`);
}

function currentOf(place: Place, pathname: string) {
  return isHere(place, pathname) ? { "aria-current": "page" as const } : {};
}

function NavCount({ place, counts }: { place: Place; counts: ShellProps["counts"] }) {
  if (place.href === paths.hosts() && counts.hosts > 0) {
    return <Count value={count(counts.hosts)} />;
  }
  if (place.href === paths.jobs() && counts.running > 0) {
    return <Count value={count(counts.running)} tone="run" title="Running" />;
  }
  return null;
}

function Side({ pathname, counts, user, disk, csrf_token }: Omit<ShellProps, "children">) {
  const writes = disk.kind === "ok" || disk.kind === "low";
  return (
    <nav class="side" aria-label="Main" data-live="side">
      <a class="brand" href={paths.overview()}>
        <Brand />
        <span class="lbl">restic-manager</span>
      </a>
      {PLACES.map((place) => (
        <>
          {place.href === paths.audit() ? <div class="nav-sep" /> : null}
          <a class="nav-item" href={place.href} title={place.label} {...currentOf(place, pathname)}>
            <Icon name={place.icon} />
            <span class="lbl">{place.label}</span>
            <NavCount place={place} counts={counts} />
          </a>
        </>
      ))}
      <div class="side-foot">
        <span class="nav-item nav-plain" title={`Server ${SOFTWARE_VERSION}`}>
          <span class="tint" data-s={writes ? "ok" : "fail"}>
            <Icon name={writes ? "s-online" : "s-fail"} />
          </span>
          <span class="lbl font-normal">Server {SOFTWARE_VERSION}</span>
        </span>
        <form method="post" action={paths.logout()} class="userline">
          <CsrfField token={csrf_token} />
          <a
            class="nav-item grow"
            href={ACCOUNT.href}
            title={`${user.name}, your account`}
            {...currentOf(ACCOUNT, pathname)}
          >
            <span class="avatar" aria-hidden="true">{user.name.slice(0, 1).toUpperCase()}</span>
            <span class="lbl clip">{user.name}</span>
          </a>
          <button
            type="submit"
            class="btn btn-quiet btn-icon btn-sm"
            aria-label="Sign out"
            title="Sign out"
          >
            <Icon name="logout" />
          </button>
        </form>
      </div>
    </nav>
  );
}

/** Side bar, page, and the bottom bar of a phone. */
export function Shell(props: ShellProps) {
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <div class="app">
        <Side {...props} />
        <div class="main">
          <DiskNote disk={props.disk} is_admin={props.user.role === "admin"} />
          <ReadOnlyPages.Provider value={props.user.role === "viewer"}>
            {props.children}
          </ReadOnlyPages.Provider>
        </div>
        <nav class="tabbar" aria-label="Main, at the foot">
          {[...PLACES, ACCOUNT].map((place) => (
            <a key={place.href} href={place.href} {...currentOf(place, props.pathname)}>
              <Icon name={place.icon} />
              {place.label}
            </a>
          ))}
        </nav>
      </div>
      <Keyboard may_run={props.user.role !== "viewer"} />
    </>
  );
}
