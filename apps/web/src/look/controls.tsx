/**
 * What all pages are operated with: buttons, fields, switches, menus, dialogs and tabs. Each has a name, a target of at least 24 px, and
 * works by keyboard alone. They ask nothing of the document around them, so that they work in a shadow root as well.
 */
import {
  type ButtonHTMLAttributes,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Icon, type IconName } from "./icons.tsx";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement>;
type Look = "plain" | "accent" | "quiet" | "danger";

export function Button({ look = "plain", className = "", ...rest }: ButtonProps & { look?: Look }) {
  return <button type="button" className={`control-button control-${look} ${className}`} {...rest} />;
}

/** A button that shows a drawing alone; `name` is what it is called. */
export function IconButton({
  name,
  icon,
  filled = false,
  className = "",
  ...rest
}: ButtonProps & { name: string; icon: IconName; filled?: boolean }) {
  return (
    <button type="button" className={`control-icon-button ${className}`} aria-label={name} title={name} {...rest}>
      <Icon name={icon} filled={filled} />
    </button>
  );
}

/** A label, what belongs to it, and what is wrong with it. `children` gets the attributes that tie them together. */
export function Field({
  label,
  hint,
  problem,
  children,
}: {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  children: (attributes: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}) {
  const id = useId();
  const about = problem ?? hint;
  return (
    <div className="control-field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(about === undefined ? {} : { "aria-describedby": `${id}-about` }),
        ...(problem === undefined ? {} : { "aria-invalid": true as const }),
      })}
      {about !== undefined && (
        <p id={`${id}-about`} className={problem === undefined ? "control-hint" : "control-problem"}>
          {about}
        </p>
      )}
    </div>
  );
}

export function Switch({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="control-switch">
      <span>{label}</span>
      {/* biome-ignore lint/a11y/useAriaPropsForRole: a checkbox has its state by itself */}
      <input type="checkbox" role="switch" checked={on} onChange={(event) => onChange(event.target.checked)} />
    </label>
  );
}

export interface MenuItem {
  readonly key: string;
  readonly words: string;
  readonly act: () => void;
  readonly danger?: boolean;
}

/** A menu beside `anchor`. It closes by Escape, by a click elsewhere and by a choice; the focus goes back to where it was. */
export function Menu({
  name,
  items,
  anchor,
  onClose,
}: {
  name: string;
  items: readonly MenuItem[];
  anchor: Element;
  onClose: () => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = place.current;
    if (menu === null) return;
    menu.showPopover();
    const { left, right, top, bottom } = anchor.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const down = bottom + height + 8 <= window.innerHeight || top < height + 8;
    const x = left + width + 8 <= window.innerWidth ? left : right - width;
    menu.style.left = `${Math.max(8, Math.min(x, window.innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, down ? Math.min(bottom + 4, window.innerHeight - height - 8) : top - height - 4)}px`;
    menu.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [anchor]);

  const handleKey = (event: KeyboardEvent<HTMLDivElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Tab") event.currentTarget.hidePopover();
    else if (to !== undefined) {
      event.preventDefault();
      buttons.at(to % buttons.length)?.focus();
    }
    event.stopPropagation();
  };

  return (
    <div
      ref={place}
      className="control-menu"
      role="menu"
      aria-label={name}
      tabIndex={-1}
      popover="auto"
      onKeyDown={handleKey}
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
    >
      {items.map(({ key, words, act, danger = false }) => (
        <button
          key={key}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className={danger ? "control-menu-danger" : ""}
          onClick={() => {
            place.current?.hidePopover();
            act();
          }}
        >
          {words}
        </button>
      ))}
    </div>
  );
}

/** A button that opens a menu. */
export function MenuButton({ name, icon, items }: { name: string; icon: IconName; items: readonly MenuItem[] }) {
  const [anchor, setAnchor] = useState<Element>();
  return (
    <>
      <IconButton
        name={name}
        icon={icon}
        aria-haspopup="menu"
        aria-expanded={anchor !== undefined}
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      />
      {anchor !== undefined && <Menu name={name} items={items} anchor={anchor} onClose={() => setAnchor(undefined)} />}
    </>
  );
}

/** A modal dialog, shown as long as it is rendered. `actions` stand at its end. */
export function Dialog({
  title,
  closeName,
  onClose,
  actions,
  children,
}: {
  title: string;
  closeName: string;
  onClose: () => void;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const place = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={place}
      className="control-dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="control-dialog-inside">
        <header>
          <h2 id={id}>{title}</h2>
          <IconButton name={closeName} icon="close" onClick={onClose} />
        </header>
        <div className="control-dialog-body">{children}</div>
        {actions !== undefined && <footer>{actions}</footer>}
      </div>
    </dialog>
  );
}

export interface Tab {
  readonly key: string;
  readonly words: string;
  readonly panel: ReactNode;
}

/** Panels of which one shows. The arrow keys go from tab to tab. */
export function Tabs({
  name,
  tabs,
  shown,
  onShow,
}: {
  name: string;
  tabs: readonly Tab[];
  shown: string;
  onShow: (key: string) => void;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const handleKey = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ key }) => key === shown);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs.at(to % tabs.length);
    if (next === undefined) return;
    onShow(next.key);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[tabs.indexOf(next)]?.focus();
  };
  const current = tabs.find(({ key }) => key === shown);
  return (
    <div className="control-tabs">
      <div role="tablist" aria-label={name} ref={list} onKeyDown={handleKey}>
        {tabs.map(({ key, words }) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            aria-controls={`${id}-panel`}
            aria-selected={key === shown}
            tabIndex={key === shown ? 0 : -1}
            onClick={() => onShow(key)}
          >
            {words}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown}`}>
        {current?.panel}
      </div>
    </div>
  );
}
