/** What is shown in the place of what could not be drawn: without it React leaves nothing at all. */
import { Component, type ReactNode } from "react";
import { brokenWords } from "../words/broken.ts";
import { useWords } from "../words/words.ts";

interface Props {
  readonly children: ReactNode;
  /** How one begins anew; by itself, the page is loaded again. */
  readonly onAgain?: (() => void) | undefined;
}

export class ErrorBoundary extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    const again = () => {
      this.setState({ broken: false });
      this.props.onAgain?.();
    };
    return <Broken onAgain={this.props.onAgain === undefined ? () => location.reload() : again} />;
  }
}

function Broken({ onAgain }: { onAgain: () => void }) {
  const words = useWords(brokenWords);
  return (
    <div className="control-broken" role="alert">
      <p className="control-broken-title">{words.title}</p>
      <p>{words.how}</p>
      <button type="button" className="control-button control-accent" onClick={onAgain}>
        {words.again}
      </button>
    </div>
  );
}
