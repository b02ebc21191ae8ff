import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { answer, api, fieldErrors, keys } from "../../../api";
import { Button } from "../../../components/Button";
import { Check, Field } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { useFocusKept } from "../useFocusKept";
import { Secret } from "./Secret";
import { ALL_EVENTS, EVENT_GROUPS } from "./words";

/** Has an address told of what happens. */
export function Subscribe() {
  const client = useQueryClient();
  const subscribe = useMutation({
    mutationFn: ({ url, events }: { url: string; events: typeof ALL_EVENTS }) =>
      answer(api.POST("/api/webhooks", { body: { url, events } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.webhooks }),
  });
  const errors = fieldErrors(subscribe.error);
  const eventsError = useId();
  const place = useFocusKept<HTMLElement>(subscribe.data ? "subscribed" : "to subscribe");
  return (
    <section ref={place} tabIndex={-1} className="card stack focus-place" aria-labelledby="subscribe">
      <h2 id="subscribe">Subscribe</h2>
      {subscribe.data ? (
        <Secret secret={subscribe.data.secret} onKept={() => subscribe.reset()} />
      ) : (
        <Form
          label="Subscribe"
          error={subscribe.error}
          fields={["url", "events"]}
          onSubmit={({ url = "", ...chosen }) =>
            subscribe.mutate({ url: url.trim(), events: ALL_EVENTS.filter((event) => chosen[event]) })
          }
        >
          <Field
            label="Address"
            name="url"
            type="url"
            inputMode="url"
            autoComplete="off"
            required
            maxLength={2048}
            placeholder="https://"
            hint="Messages are posted there: https, at port 443 or 8443."
            error={errors.url}
          />
          {errors.events && (
            <p className="field-error" id={eventsError}>
              Choose at least one event.
            </p>
          )}
          <div className="event-groups">
            {Object.entries(EVENT_GROUPS).map(([group, events]) => (
              <fieldset key={group}>
                <legend className="legend">{group}</legend>
                {events.map((event) => (
                  <Check
                    key={event}
                    name={event}
                    label={<code>{event}</code>}
                    aria-invalid={errors.events ? true : undefined}
                    aria-describedby={errors.events && eventsError}
                  />
                ))}
              </fieldset>
            ))}
          </div>
          <div>
            <Button type="submit" look="primary" busy={subscribe.isPending}>
              Subscribe
            </Button>
          </div>
        </Form>
      )}
    </section>
  );
}
