/** Why a process cannot start or go on, as one clear sentence for the person at the terminal. Details are in `cause`. */
export class StartError extends Error {
  override readonly name = "StartError";
}
