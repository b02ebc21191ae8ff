import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router-dom";
import { answer, api, fieldErrors, keys, Problem } from "../../../api";
import { Button } from "../../../components/Button";
import { Check, Field, Select } from "../../../components/Field";
import { Form, type Values } from "../../../components/Form";
import { toast } from "../../../components/toast";
import { wholeNumber } from "../numbers";
import { DetailFields, detailFieldNames } from "./DetailFields";
import { amountOf, EMPTY_DRAFT, tidied, type Draft } from "./draft";

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "CZK", "DKK", "JPY", "NOK", "PLN", "SEK"];

export function NewProductPage() {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [currency, setCurrency] = useState("EUR");
  const list = useListing();
  const errors = fieldErrors(list.error);
  const submit = (values: Values) => {
    const wanted = tidied(draft);
    setDraft(wanted);
    list.mutate({ draft: wanted, currency, values });
  };
  return (
    <div className="stack-l seller-text">
      <title>New product · Your shop · Millrace</title>
      <div className="stack">
        <p className="small">
          <Link to="/seller/products">All products</Link>
        </p>
        <h1>New product</h1>
      </div>
      <section className="card" aria-label="New product">
        <Form
          label="New product"
          error={list.error}
          fields={[...detailFieldNames(draft), "initial_stock"]}
          onSubmit={submit}
        >
          <DetailFields
            draft={draft}
            onChange={setDraft}
            errors={errors}
            currency={currency}
            currencyChoice={
              <Select
                label="Currency"
                value={currency}
                hint="It stays for good."
                onChange={({ target }) => setCurrency(target.value)}
              >
                {CURRENCIES.map((code) => (
                  <option key={code}>{code}</option>
                ))}
              </Select>
            }
          />
          <Field
            label="Units in stock"
            name="initial_stock"
            inputMode="numeric"
            autoComplete="off"
            defaultValue="0"
            error={errors.initial_stock}
          />
          <Check name="draft" label="Keep it as a draft that only you see" />
          <div>
            <Button type="submit" look="primary" busy={list.isPending || list.isSuccess}>
              List the product
            </Button>
          </div>
        </Form>
      </section>
    </div>
  );
}

interface Listing {
  draft: Draft;
  currency: string;
  values: Values;
}

function useListing() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ draft, currency, values }: Listing) => {
      const initial_stock = wholeNumber(values.initial_stock ?? "0");
      if (initial_stock === null) throw Problem.invalid({ initial_stock: "Enter a number of units." });
      const body = {
        name: draft.name,
        price: { amount: amountOf(draft, currency), currency },
        category: draft.category || null,
        description: draft.description || null,
        images: draft.images,
        initial_stock,
        draft: values.draft === "on",
      };
      return answer(api.POST("/api/products", { body }));
    },
    onSuccess: ({ id }, { values }) => {
      toast(values.draft ? "The draft is kept." : "The product is on offer.");
      void client.invalidateQueries({ queryKey: keys.products });
      void client.invalidateQueries({ queryKey: keys.ownProducts });
      navigate(`/seller/products/${id}`);
    },
  });
}
