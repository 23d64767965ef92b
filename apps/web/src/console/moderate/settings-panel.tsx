/** What the room lets people do, with bounds and explanations; a lockdown with an end; and, for owners, the room's life. */
import type { RoomSettings } from "@madang/contracts";
import { useEffect, useId, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import type { SettingsChange } from "./acts.ts";
import { useDesk, useOfRoom } from "./desk-context.tsx";
import { RoomLife } from "./room-life.tsx";
import { type FieldName, type SettingsField, settingsFields } from "./settings-fields.ts";

const lockdowns = [60, 300, 900, 3_600] as const;
type Value = RoomSettings[FieldName];

export function SettingsPanel({ owner }: { readonly owner: boolean }) {
  const words = useWords(consoleWords);
  const { room, act } = useDesk();
  const settings = useOfRoom(room, (view) => view.settings);
  const [changes, setChanges] = useState<Partial<Record<FieldName, Value>>>({});
  const [reason, setReason] = useState("");

  const set = (name: FieldName, value: Value) => {
    const { [name]: _, ...others } = changes;
    setChanges(settings[name] === value ? others : { ...others, [name]: value });
  };
  const changed = Object.keys(changes) as FieldName[];
  const valid = changed.every((name) => isWithin(settingsFields[name], changes[name]));

  return (
    <section className="console-panel" aria-label={words.tab_settings}>
      <Lockdown until={settings.lockdownUntil} />
      {owner && <RoomLife />}
      <form
        className="console-settings"
        onSubmit={(event) => {
          event.preventDefault();
          if (changed.length === 0 || !valid) return;
          const before = Object.fromEntries(changed.map((name) => [name, settings[name]])) as SettingsChange;
          act({
            verb: "settings",
            change: changes as SettingsChange,
            before,
            ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
          });
          setChanges({});
          setReason("");
        }}
      >
        <h2>{words.tab_settings}</h2>
        <div className="console-fields">
          {(Object.keys(settingsFields) as FieldName[]).map((name) => (
            <Setting
              key={name}
              name={name}
              field={settingsFields[name]}
              value={name in changes ? (changes[name] as Value) : settings[name]}
              changed={name in changes}
              set={(value) => set(name, value)}
            />
          ))}
        </div>
        {settings.review != null && <p className="console-quiet">{words.reviewedBy(settings.review.url)}</p>}
        <div className="console-save">
          <label className="console-field">
            <span>{words.reason}</span>
            <input value={reason} maxLength={200} autoComplete="off" onChange={(event) => setReason(event.target.value)} />
          </label>
          <button type="submit" className="console-button console-button-main" disabled={changed.length === 0 || !valid}>
            {words.saveChanges(changed.length)}
          </button>
          <button type="button" className="console-button" disabled={changed.length === 0} onClick={() => setChanges({})}>
            {words.leaveAsIs}
          </button>
        </div>
      </form>
    </section>
  );
}

function isWithin(field: SettingsField, value: Value | undefined): boolean {
  if (field.kind !== "number") return true;
  if (value === null) return field.orSite === true;
  return typeof value === "number" && value >= field.least * field.unit && value <= field.most * field.unit;
}

function Setting({
  name,
  field,
  value,
  changed,
  set,
}: {
  readonly name: FieldName;
  readonly field: SettingsField;
  readonly value: Value;
  readonly changed: boolean;
  readonly set: (value: Value) => void;
}) {
  const words = useWords(consoleWords);
  const id = useId();
  const about = `${id}-about`;
  const shared = { id, name, "aria-describedby": about };
  return (
    <div className={changed ? "console-setting console-setting-changed" : "console-setting"}>
      <label htmlFor={id}>{words.settingName(name)}</label>
      {field.kind === "switch" && (
        <input {...shared} type="checkbox" checked={value === true} onChange={(event) => set(event.target.checked)} />
      )}
      {field.kind === "choice" && (
        <select {...shared} value={String(value)} onChange={(event) => set(event.target.value as Value)}>
          {field.options.map((option) => (
            <option key={option} value={option}>
              {words[`audience_${option}`]}
            </option>
          ))}
        </select>
      )}
      {field.kind === "number" && <NumberSetting field={field} value={value} set={set} shared={shared} />}
      <p id={about} className="console-quiet">
        {words.settingAbout(name)}
        {field.kind === "number" && ` ${words.bounds(field.least, field.most, words[`unit_${field.name}`])}`}
      </p>
    </div>
  );
}

function NumberSetting({
  field,
  value,
  set,
  shared,
}: {
  readonly field: Extract<SettingsField, { kind: "number" }>;
  readonly value: Value;
  readonly set: (value: Value) => void;
  readonly shared: object;
}) {
  const words = useWords(consoleWords);
  const [text, setText] = useState(value === null ? "" : String(Number(value) / field.unit));
  // As it is now, unless it is what has just been typed.
  useEffect(() => {
    setText((typed) =>
      Number(typed) * field.unit === value && typed !== "" ? typed : value === null ? "" : String(Number(value) / field.unit),
    );
  }, [value, field]);
  return (
    <span className="console-number">
      <input
        {...shared}
        type="number"
        min={field.least}
        max={field.most}
        step="any"
        disabled={value === null}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value !== "") set(Math.round(Number(event.target.value) * field.unit));
        }}
      />
      <span>{words[`unit_${field.name}`]}</span>
      {field.orSite === true && (
        <label className="console-check">
          <input type="checkbox" checked={value === null} onChange={(event) => set(event.target.checked ? null : 0)} />
          {words.asTheSite}
        </label>
      )}
    </span>
  );
}

function Lockdown({ until }: { readonly until: number }) {
  const words = useWords(consoleWords);
  const { act } = useDesk();
  const [now, setNow] = useState(Date.now);
  const locked = until > now;
  useEffect(() => {
    setNow(Date.now());
    if (until <= Date.now()) return;
    const clock = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(clock);
  }, [until]);
  return (
    <section className={locked ? "console-lockdown console-lockdown-on" : "console-lockdown"}>
      <h2>{words.verb_lockdown}</h2>
      <p>{locked ? words.lockedUntil(words.timeAndDay(until)) : words.lockdownAbout}</p>
      <div className="console-buttons">
        {lockdowns.map((seconds) => (
          <button key={seconds} type="button" className="console-button" onClick={() => act({ verb: "lockdown", seconds })}>
            {words.lockFor(words.duration(seconds))}
          </button>
        ))}
        <button
          type="button"
          className="console-button console-button-good"
          disabled={!locked}
          onClick={() => act({ verb: "lockdown", seconds: 0 })}
        >
          {words.lockdownEnds}
        </button>
      </div>
    </section>
  );
}
