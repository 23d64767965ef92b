import "../look/look.css";
import "./console.css";
import { session } from "../session.ts";
import { showPage } from "../show-page.tsx";
import { Shell } from "./shell.tsx";

showPage(<Shell session={session()} />);
