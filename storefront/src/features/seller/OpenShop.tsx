import { useMutation } from "@tanstack/react-query";
import { answer, api, beginSession, fieldErrors, type Account } from "../../api";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Form } from "../../components/Form";
import { toast } from "../../components/toast";
import { Unverified } from "../checkout/Unverified";

/** Where somebody who only buys as yet begins to sell. */
export function OpenShop({ me }: { me: Account }) {
  const open = useMutation({
    mutationFn: (shop_name: string) => answer(api.POST("/api/sellers", { body: { shop_name } })),
    onSuccess: () => {
      toast("Your shop is open.", { to: "/seller/products/new", text: "List your first product" });
      document.getElementById("main")?.focus();
      // The session is another now, that of a seller: everything is read anew, in every tab.
      beginSession();
    },
  });
  return (
    <div className="page page-narrow stack-l">
      <title>Open a shop · Millrace</title>
      <div className="stack">
        <h1>Open a shop</h1>
        <p>
          List what you make or deal in, see orders come in as they are placed, and ship them yourself. Your
          account goes on buying as before.
        </p>
      </div>
      {!me.email_verified && <Unverified email={me.email} before="you sell" />}
      <section className="card" aria-label="Your shop">
        <Form
          label="Open a shop"
          error={open.error}
          fields={["shop_name"]}
          onSubmit={({ shop_name = "" }) => open.mutate(shop_name.trim())}
        >
          <Field
            label="Name of the shop"
            name="shop_name"
            required
            maxLength={64}
            autoComplete="organization"
            hint="Buyers see it beside everything you sell. Nobody else may have it."
            error={fieldErrors(open.error).shop_name}
          />
          <div>
            <Button type="submit" look="primary" busy={open.isPending} disabled={!me.email_verified}>
              Open the shop
            </Button>
          </div>
        </Form>
      </section>
    </div>
  );
}
