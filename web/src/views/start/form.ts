import { useSignal } from "@preact/signals";
import { type ApiProblem, asProblem } from "../../api/problem";
import { text } from "../../text";

/** A form that sends one request: whether it is running, and what it failed with. */
export function useForm(send: () => Promise<void>) {
  const isBusy = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    problem.value = null;
    try {
      await send();
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      isBusy.value = false;
    }
  };
  const wrong = (pointer: string): string | null => {
    const error = problem.value?.at(pointer);
    return error ? text.sentence(error.detail) : null;
  };
  return { isBusy, problem, onSubmit, wrong };
}
