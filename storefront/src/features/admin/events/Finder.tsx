import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { Problem } from "../../../api";
import { Button } from "../../../components/Button";
import { Field, Select } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { aggregateIn, historyPath, KINDS } from "./references";
import { humanWords } from "./words";

/** Leads to the history of whatever was typed or pasted. */
export function Finder({ kind = "order", id = "" }: { kind?: string; id?: string }) {
  const navigate = useNavigate();
  const [wrong, setWrong] = useState<Problem | null>(null);
  const look = (typed: string, chosen: string) => {
    const found = aggregateIn(typed, chosen);
    setWrong(found ? null : NO_ID());
    if (found) navigate(historyPath(found));
  };
  return (
    <div className="card finder">
      <Form
        label="Look up a history"
        error={wrong}
        fields={["id"]}
        onSubmit={({ kind: chosen = "order", id: typed = "" }) => look(typed, chosen)}
      >
        <Select label="Kind" name="kind" defaultValue={kind}>
          {KINDS.map((known) => (
            <option key={known} value={known}>
              {humanWords(known)}
            </option>
          ))}
        </Select>
        <Field
          label="Id"
          name="id"
          defaultValue={id}
          autoComplete="off"
          spellCheck={false}
          placeholder="019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b"
          hint="Or paste a name such as order:019a2b3d-…, or the address of a page."
          error={wrong?.errors[0]?.message}
        />
        <div>
          <Button type="submit" look="primary">
            Show its history
          </Button>
        </div>
      </Form>
    </div>
  );
}

/** A new one each time: the form leads to the field again. */
function NO_ID(): Problem {
  const message = "There is no id in this.";
  return new Problem(422, "invalid", { errors: [{ pointer: "/id", code: "invalid", message }] });
}
