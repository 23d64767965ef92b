import "../look/look.css";
import { showPage } from "../show-page.tsx";

showPage(<main>Replay</main>);
