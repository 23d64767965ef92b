// Provides a Chromium, and fonts for what it shows, for tests of the pages only: `.cache/browser.json` tells them where it is and what it
// needs, or why there is none. MADANG_CHROMIUM names one of your own.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianFamily, unpackPackages } from "./debian.mjs";
import { moveWhole, readText, writeWhole } from "./files.mjs";
import { cache } from "./places.mjs";
import { findProgram, isExecutable, run } from "./run.mjs";
import { SetupError, say, sayWhile } from "./say.mjs";
import { firstThatWorks } from "./sources.mjs";

const record = join(cache, "browser.json");
const kept = join(cache, "browser");
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "Google Chrome", "Chromium"];
const moreFolders = ["/Applications/Google Chrome.app/Contents/MacOS", "/Applications/Chromium.app/Contents/MacOS"];
/** Where Debian's packages of fonts put them. Systems of others have their own for every script. */
const fonts = {
  "fonts-noto-cjk": "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
  "fonts-noto-color-emoji": "usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
};

export const browser = {
  async isDone({ forTests }) {
    if (!forTests) return true;
    return missingPackages().length === 0 && readText(record) === describe();
  },

  async do() {
    mkdirSync(cache, { recursive: true });
    try {
      const missing = missingPackages();
      if (missing.length > 0) {
        await firstThatWorks("browser", [fromDebianAsRoot(missing), fromDebian(missing)], helpYourself()).catch((error) => {
          // Without its fonts it shows boxes for some letters, and everything else as it is.
          if (findBrowser() === undefined) throw error;
          say("browser: there are no fonts for Korean and Japanese, or for emoji");
        });
      }
      if (findBrowser() === undefined) throw new SetupError(helpYourself());
      writeWhole(record, describe());
      say(`browser: ${findBrowser()} is in place`);
    } catch (error) {
      writeWhole(record, JSON.stringify({ missing: error.message }));
      throw error;
    }
  },
};

function findBrowser() {
  const named = process.env.MADANG_CHROMIUM;
  if (named) {
    if (isExecutable(named)) return named;
    throw new SetupError(`MADANG_CHROMIUM is not a program: ${named}`);
  }
  for (const name of names) {
    const found = findProgram(name, moreFolders);
    if (found !== undefined) return found;
  }
  const unpacked = join(kept, "usr/lib/chromium/chromium");
  return isExecutable(unpacked) ? unpacked : undefined;
}

/** What this machine lacks, as packages of Debian; Ubuntu's `chromium` is no browser, but a way to one that needs snap. */
function missingPackages() {
  const missing = findBrowser() === undefined ? ["chromium"] : [];
  if (debianFamily() === undefined) return missing;
  const lacks = (file) => !existsSync(join("/", file)) && !existsSync(join(kept, file));
  return [...missing, ...Object.keys(fonts).filter((name) => lacks(fonts[name]))];
}

/** What tests need to know: the program, and the environment that it needs where it was unpacked. */
function describe() {
  const environment = existsSync(kept)
    ? { LD_LIBRARY_PATH: librariesIn(kept).join(":"), FONTCONFIG_FILE: join(kept, "fonts.conf") }
    : {};
  return JSON.stringify({ program: findBrowser(), environment });
}

function fromDebianAsRoot(packages) {
  if (debianFamily() === undefined || process.getuid?.() !== 0) return undefined;
  return {
    what: `${packages.join(", ")} of this system's packages, installed`,
    get: () =>
      sayWhile("  still installing", async () => {
        const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
        await run("apt-get", ["-qq", "update"], { withinMs: 180_000, env });
        await run("apt-get", ["-qq", "-y", "--no-install-recommends", "install", ...packages], { withinMs: 400_000, env });
        await proven();
      }),
  };
}

function fromDebian(packages) {
  if (debianFamily() === undefined) return undefined;
  return {
    what: `${packages.join(", ")} of this system's packages, unpacked into .cache`,
    get: async () => {
      const scratch = mkdtempSync(join(cache, "scratch-"));
      try {
        await sayWhile("  still fetching", () => unpackPackages(packages, scratch, { withMissing: true }));
        writeFileSync(join(scratch, "fonts.conf"), fontsConfiguration);
        moveWhole(scratch, kept);
        await proven();
      } catch (error) {
        rmSync(kept, { recursive: true, force: true });
        throw error;
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  };
}

async function proven() {
  const { program, environment } = JSON.parse(describe());
  await run(program, ["--version"], { withinMs: 30_000, env: { ...process.env, ...environment } });
}

const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(kept, "usr/share/fonts")}</dir>
  <cachedir>${join(cache, "fontconfig")}</cachedir>
</fontconfig>
`;

function librariesIn(tree) {
  const triplet = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[process.arch];
  if (triplet === undefined) return [];
  return ["usr/lib/chromium", `usr/lib/${triplet}`, `lib/${triplet}`, `usr/lib/${triplet}/pulseaudio`].map((folder) =>
    join(tree, folder),
  );
}

function helpYourself() {
  const how = process.platform === "darwin" ? "`brew install --cask google-chrome`" : "Chromium or Chrome";
  return (
    `There is no browser to test the pages in. Install one (${how}), and it is found on PATH, or name one in MADANG_CHROMIUM. ` +
    "Until then, the tests in e2e/faces fail."
  );
}
