import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { answer, api, fieldErrors, keys } from "../../api";
import { Button } from "../../components/Button";
import { TextArea } from "../../components/Field";
import { Form } from "../../components/Form";

const TOLD_EVERY_MILLISECONDS = 3000;

export function WriteMessage({ orderId }: { orderId: string }) {
  const client = useQueryClient();
  const told = useRef(0);
  const path = { id: orderId };
  const post = useMutation({
    mutationFn: ({ text }: { text: string; done: () => void }) =>
      answer(api.POST("/api/orders/{id}/messages", { params: { path }, body: { text } })),
    onSuccess: (_, { done }) => {
      done();
      told.current = 0;
      return client.invalidateQueries({ queryKey: keys.messages(orderId) });
    },
  });
  const tellTyping = () => {
    if (Date.now() - told.current < TOLD_EVERY_MILLISECONDS) return;
    told.current = Date.now();
    // Nobody misses it where it fails.
    answer(api.POST("/api/orders/{id}/typing", { params: { path } })).catch(() => undefined);
  };
  return (
    <Form
      label="Write a message"
      error={post.error}
      fields={["text"]}
      onSubmit={({ text = "" }, form) => {
        if (text.trim()) post.mutate({ text: text.trim(), done: () => form.reset() });
      }}
    >
      <TextArea
        label="Your message"
        name="text"
        rows={2}
        maxLength={2000}
        required
        onInput={tellTyping}
        error={fieldErrors(post.error).text}
      />
      <div>
        <Button type="submit" busy={post.isPending}>
          Send
        </Button>
      </div>
    </Form>
  );
}
