// Generated from openapi.json by `npm run gen`. Do not edit.

export type paths = {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public keys that verify access tokens, as a JWK set (RFC 7517).
         * @description A key is here before it signs anything, and as long as anything that it has signed is valid.
         */
        get: operations["public_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what: every event, newest first.
         * @description Who did what: every event, newest first. Needs a session.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/consumers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every consumer by its name, with its lag in each of its feeds.
         * @description Every consumer by its name, with its lag in each of its feeds. Needs a session.
         */
        get: operations["list_consumers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Dead letters, group by group.
         * @description Dead letters, group by group. Needs a session.
         */
        get: operations["list_dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/dead-letters/{group}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a consumer to pass over a dead letter, for good: no replay will fold that event either.
         * @description What its aggregate did later goes on behind it. When the letter has been dealt with meanwhile, or another event fails in its
         *     place, nothing happens.
         */
        post: operations["discard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/dead-letters/{group}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a consumer to try a dead letter again, now, and with it whatever else of its aggregate is given up.
         * @description Whether that goes well shows in the list of dead letters: a letter that fails again is there again. A consumer that is
         *     paused does it once it goes on.
         */
        post: operations["retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/events/{kind}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The events of one aggregate, the first first.
         * @description The events of one aggregate, the first first. Needs a session.
         */
        get: operations["list_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All orders. `status=pending&sort=oldest` shows those first that have waited longest for their stock.
         * @description All orders. `status=pending&sort=oldest` shows those first that have waited longest for their stock. Needs a session.
         */
        get: operations["list_all_orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All users, newest first.
         * @description All users, newest first. Needs a session.
         */
        get: operations["list_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/change-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Changes the caller's password. Their other sessions end; this one gets a new access token.
         * @description Changes the caller's password. Their other sessions end; this one gets a new access token. Needs a session.
         */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/demo-login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins a session as one of the people of a demo shop.
         * @description Begins a session as one of the people of a demo shop. Needs no session.
         */
        post: operations["log_in_to_demo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/forgot-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a link that sets a new password, if there is such an account. The answer does not tell.
         * @description Sends a link that sets a new password, if there is such an account. The answer does not tell. Needs no session.
         */
        post: operations["forgot_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins a session. Of more than ten, the oldest ends.
         * @description Whoever does not exist, has another password, is suspended or erased gets the same answer after the same work.
         */
        post: operations["log_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends sessions of the caller, in every service within a second.
         * @description Either cookie will do, so that whoever was away for a while need not refresh a session to leave it. Cookies of a session
         *     that has ended are cleared as well.
         */
        post: operations["log_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goes on with a session: both cookies are set anew, and the new access token has the roles of this moment.
         * @description A refresh token is used once. Used again within 10 s it gives the same successor, which itself is handed out again, not
         *     exchanged, for so long; later it ends the session.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/resend-verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends another link that proves an address, if there is such an account and it needs one. The answer does not tell.
         * @description Sends another link that proves an address, if there is such an account and it needs one. The answer does not tell. Needs no session.
         */
        post: operations["resend_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sets a new password by a link, once. Every session ends, and nobody is logged in; waits after failed logins are over.
         * @description Sets a new password by a link, once. Every session ends, and nobody is logged in; waits after failed logins are over. Needs no session.
         */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sessions in which the caller is logged in, newest first.
         * @description A session that was not used for so long that it cannot go on is left out, so a page may hold less than its limit.
         */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends one of the caller's sessions, in every service within a second.
         * @description Ends one of the caller's sessions, in every service within a second. Needs a session.
         */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens an account, which may log in at once, and sends a link that proves the address.
         * @description The answer is the same, after the same work, whether or not the e-mail address has an account already; then its owner is
         *     told by mail.
         */
        post: operations["sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a secret for the caller's authenticator. Nothing changes before a code confirms it.
         * @description Makes a secret for the caller's authenticator. Nothing changes before a code confirms it. Needs a session.
         */
        post: operations["enrol"];
        /**
         * Switches the second factor off: no login asks for a code any more.
         * @description Switches the second factor off: no login asks for a code any more. Needs a session.
         */
        delete: operations["disable"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp/confirmation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switches the second factor on: logins ask for a code from now on. The session that asks has it from now on too, and its
         *     access cookie is set anew.
         * @description Switches the second factor on: logins ask for a code from now on. The session that asks has it from now on too, and its
         *     access cookie is set anew. Needs a session.
         */
        post: operations["confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes an e-mail address for proven, by the newest link that was sent to it, once.
         * @description Takes an e-mail address for proven, by the newest link that was sent to it, once. Needs no session.
         */
        post: operations["verify_email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The categories of the products on offer, by name. It takes the filters of the catalogue, to show what choosing each category
         *     would leave; the `category` that is chosen already makes no difference, nor does `sort`.
         * @description The categories of the products on offer, by name. It takes the filters of the catalogue, to show what choosing each category
         *     would leave; the `category` that is chosen already makes no difference, nor does `sort`. Needs no session.
         */
        get: operations["list_categories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inventory/{product_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many units there are of a product; none before the first were received.
         * @description How many units there are of a product; none before the first were received. Needs a session.
         */
        get: operations["show_inventory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inventory/{product_id}/adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Corrects the count, never below what is reserved for orders.
         * @description Corrects the count, never below what is reserved for orders. Needs a session.
         */
        post: operations["adjust_stock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inventory/{product_id}/movements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changed a product's stock, latest first.
         * @description What changed a product's stock, latest first. Needs a session.
         */
        get: operations["list_movements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inventory/{product_id}/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes in goods.
         * @description Takes in goods. Needs a session.
         */
        post: operations["receive_stock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inventory/{product_id}/threshold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Says when a stock is low: buyers see it then, and the seller gets a mail each time that orders or corrections bring it there.
         * @description Says when a stock is low: buyers see it then, and the seller gets a mail each time that orders or corrections bring it there. Needs a session.
         */
        put: operations["set_threshold"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells of orders, messages and stock as they change, for as long as the client listens.
         * @description Server-Sent Events. `order`: an order that the caller placed, sells in or looks after as admin or support, with `id`,
         *     `version`, `type`, `status` and `at`. `message`: what was written about an order, to whoever reads its messages: its `id`,
         *     and the message as `GET /api/orders/{id}/messages` shows it. `typing`: somebody else in an order is writing, with `id`,
         *     `party` and `seller_id`; it is told once, to whoever listens, and has no id. `stock`: `product_id`, `stock` (`in`, `low` or
         *     `out`) and `at`, when the band of a product on offer changes; to its seller at every change, with `stock_exact`. `reset`: too
         *     much has happened since, or what was shown has changed; read anew what is on the screen. Every event but `typing` has an id;
         *     whoever brings the last one along in `Last-Event-ID` misses nothing and hears nothing twice. The answer ends with its session
         *     or access token.
         */
        get: operations["listen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document.
         * @description This document. Needs no session.
         */
        get: operations["show_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The orders that the caller placed, newest first.
         * @description The orders that the caller placed, newest first. Needs a session.
         */
        get: operations["list_orders"];
        put?: never;
        /**
         * Orders products, at the prices they have now.
         * @description Orders products, at the prices they have now. Needs a session.
         */
        post: operations["place_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One order, with the last ten messages about it; a seller in it sees their own lines and their own parcel.
         * @description One order, with the last ten messages about it; a seller in it sees their own lines and their own parcel. Needs a session.
         */
        get: operations["show_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/cancellation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancels an order, which gives back what was reserved for it.
         * @description Cancels an order, which gives back what was reserved for it. Needs a session.
         */
        post: operations["cancel_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/delivery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says that the caller's lines of an order have arrived.
         * @description Says that the caller's lines of an order have arrived. Needs a session.
         */
        post: operations["deliver_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is written about an order, the newest first.
         * @description For its buyer, the sellers in it and admins.
         */
        get: operations["list_messages"];
        put?: never;
        /**
         * Writes to everybody in an order: its buyer and the sellers in it share one conversation.
         * @description An order has 1,000 messages at most.
         */
        post: operations["post_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/payment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pays an order, as a whole. Repeat a call without an answer with its `Idempotency-Key`: it goes on with the same attempt.
         * @description Pays an order, as a whole. Repeat a call without an answer with its `Idempotency-Key`: it goes on with the same attempt. Needs a session.
         */
        post: operations["pay_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/returns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes back goods of the caller's that were delivered; their price goes back to the buyer.
         * @description Takes back goods of the caller's that were delivered; their price goes back to the buyer. Needs a session.
         */
        post: operations["return_goods"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/shipments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ships the caller's lines of an order, all of them.
         * @description Ships the caller's lines of an order, all of them. Needs a session.
         */
        post: operations["ship_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to an order, earliest first; a seller in it learns nothing of the others' lines, parcels and returns.
         * @description What happened to an order, earliest first; a seller in it learns nothing of the others' lines, parcels and returns. Needs a session.
         */
        get: operations["list_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/typing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tells everybody else in an order that the caller is writing something. It is told live, and kept nowhere.
         * @description Tells everybody else in an order that the caller is writing something. It is told live, and kept nowhere. Needs a session.
         */
        post: operations["tell_typing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/callbacks/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hears what became of an attempt to pay, from the provider.
         * @description Signed by the Standard Webhooks specification. What was heard before, as `webhook-id` names it, changes nothing again.
         */
        post: operations["hear_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The products on offer.
         * @description The products on offer. Needs no session.
         */
        get: operations["list_products"];
        put?: never;
        /**
         * Offers a product, or keeps it as a draft.
         * @description Offers a product, or keeps it as a draft. Needs a session.
         */
        post: operations["list_product"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/products/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One product.
         * @description One product. Needs no session.
         */
        get: operations["show_product"];
        put?: never;
        post?: never;
        /**
         * Offers a product no longer. Its history stays, and its seller may publish it again.
         * @description Offers a product no longer. Its history stays, and its seller may publish it again. Needs a session.
         */
        delete: operations["archive_product"];
        options?: never;
        head?: never;
        /**
         * Describes or prices a product differently. Orders that were placed keep what they were placed at.
         * @description Describes or prices a product differently. Orders that were placed keep what they were placed at. Needs a session.
         */
        patch: operations["change_product"];
        trace?: never;
    };
    "/api/products/{id}/publication": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Offers a draft, or again what was archived.
         * @description Offers a draft, or again what was archived. Needs a session.
         */
        post: operations["publish_product"];
        /**
         * Makes a product a draft again. Orders that were placed go on.
         * @description Makes a product a draft again. Orders that were placed go on. Needs a session.
         */
        delete: operations["unpublish_product"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/seller/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The orders with products of the caller, newest first, and of them the caller's own part; `status` is that part's too, so
         *     that `paid` are those to be shipped.
         * @description The orders with products of the caller, newest first, and of them the caller's own part; `status` is that part's too, so
         *     that `paid` are those to be shipped. Needs a session.
         */
        get: operations["list_sold_orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/seller/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's own products, those that are not on offer too, newest first.
         * @description The caller's own products, those that are not on offer too, newest first. Needs a session.
         */
        get: operations["list_own_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/seller/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Revenue by day, orders to ship, and what runs low.
         * @description Revenue by day, orders to ship, and what runs low. Needs a session.
         */
        get: operations["show_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sellers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens the caller's shop: they may sell from now on. Sets a new access cookie, which says so.
         * @description Opens the caller's shop: they may sell from now on. Sets a new access cookie, which says so. Needs a session.
         */
        post: operations["open_shop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sellers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A shop and what it offers; `limit` and `cursor` are of its products.
         * @description A shop and what it offers; `limit` and `cursor` are of its products. Needs no session.
         */
        get: operations["show_seller"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets a user act as something more.
         * @description Lets a user act as something more. Needs a session.
         */
        post: operations["grant_role"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Lets a user no longer act as something. No admin can do this to their own role: so there is always one left.
         * @description Lets a user no longer act as something. No admin can do this to their own role: so there is always one left. Needs a session.
         */
        delete: operations["revoke_role"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/suspension": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keeps a user out: their sessions end everywhere within a second, none begins, and what they have listed is not on offer.
         * @description Keeps a user out: their sessions end everywhere within a second, none begins, and what they have listed is not on offer. Needs a session.
         */
        post: operations["suspend"];
        /**
         * Lets a user in again: they may log in, and what they have listed is on offer as before.
         * @description Lets a user in again: they may log in, and what they have listed is on offer as before. Needs a session.
         */
        delete: operations["reinstate"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's account.
         * @description The caller's account. Needs a session.
         */
        get: operations["show_me"];
        put?: never;
        post?: never;
        /**
         * Forgets the caller, for good: address, names, password, sessions and shop.
         * @description Orders stay, as those of a deleted user; products are on offer no more. The address and the names are free again soon
         *     after. An admin cannot do this: another one takes the role first.
         */
        delete: operations["erase_me"];
        options?: never;
        head?: never;
        /**
         * Changes what the caller is called. The old user name is free again soon after.
         * @description Changes what the caller is called. The old user name is free again soon after. Needs a session.
         */
        patch: operations["change_profile"];
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's webhooks, newest first.
         * @description The caller's webhooks, newest first. Needs a session.
         */
        get: operations["list_webhooks"];
        put?: never;
        /**
         * Has messages posted to an address from now on, signed as Standard Webhooks describes.
         * @description A seller is told of their own products and stock, and of orders with their own lines; an admin, for as long as they are
         *     one, of everything. An `Idempotency-Key` is not honoured: the answer holds a secret, which is kept nowhere.
         */
        post: operations["subscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends a subscription: nothing more is sent, not even what was waiting.
         * @description Ends a subscription: nothing more is sent, not even what was waiting. Needs a session.
         */
        delete: operations["unsubscribe"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
};
export type webhooks = Record<string, never>;
export type components = {
    schemas: {
        /** @description An account as its owner sees it. */
        Account: {
            display_name?: string | null;
            email?: string | null;
            /** @description Whether the e-mail address is proven. Only then may its owner order and sell. */
            email_verified: boolean;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            registered_at: string;
            /**
             * @description `buyer`, `seller`, `admin` or `support`.
             * @example [
             *       "buyer"
             *     ]
             */
            roles: string[];
            /** @description Whether logins ask for a code. */
            second_factor: boolean;
            /** @description Null without a shop. */
            shop_name?: string | null;
            username?: string | null;
            /**
             * Format: int64
             * @description What `If-Match` names to change it.
             */
            version: number;
        };
        /**
         * @description By whose doing: the buyer's, a seller's, the shop's own rules', or that of its people.
         * @enum {string}
         */
        Actor: "buyer" | "seller" | "system" | "staff";
        /** @description An account, by its address. */
        Addressee: {
            /**
             * Format: email
             * @example anna@example.org
             */
            email: string;
        };
        /** @description Somebody who wants an account. */
        Application: {
            /**
             * Format: email
             * @example anna@example.org
             */
            email: string;
            /** Format: password */
            password: string;
            /**
             * @description Letters, digits, `_`, `-` and `.`; nobody else has it, in upper or lower case.
             * @example anna
             */
            username: string;
        };
        /** @description The dead letter that something was asked for. */
        Asked: {
            /** @example orders_g1 */
            group: string;
            /**
             * @description `<kind>:<aggregate>:<version>`.
             * @example order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1
             */
            id: string;
        };
        /** @description Why an order is no longer wanted. */
        Cancellation: {
            reason?: string | null;
        };
        /** @description An order that is not wanted any more. */
        CancelledOrder: {
            /** Format: uuid */
            id: string;
            /** @example cancelled */
            status: string;
            /** Format: int64 */
            version: number;
        };
        /** @description A category. */
        Category: {
            /**
             * Format: int64
             * @description How many products on offer are in it.
             */
            count: number;
            /** @example Kitchen */
            name: string;
        };
        /** @description What a change answers: what was changed, and the version it has now. */
        Changed: {
            /** Format: uuid */
            id: string;
            /** Format: int64 */
            version: number;
        };
        /** @description What an authenticator shows. */
        Confirmation: {
            /** @example 492039 */
            code: string;
        };
        /** @description A consumer: a policy, a generation of a read model, the mailer, the archive, the timers. */
        Consumer: {
            /** @example orders_g1 */
            consumer: string;
            /**
             * Format: int64
             * @description Those that wait for a person.
             */
            dead: number;
            /** @description What its workers stand still over. */
            faults: components["schemas"]["Fault"][];
            feeds: components["schemas"]["Feed"][];
            /**
             * Format: int64
             * @description Aggregates that wait because of an event that fails, dead letters among them.
             */
            held: number;
            /**
             * Format: int64
             * @description Events that are in the log and that it has not settled.
             */
            lag_events: number;
            paused?: components["schemas"]["Pause"] | null;
            state: components["schemas"]["Work"];
        };
        /** @description A part of the list of consumers. */
        Consumers: {
            items: components["schemas"]["Consumer"][];
            /**
             * Format: date-time
             * @description When the heads of the feeds were looked at: lag is counted up to then. Null when nobody has looked yet. Consumers
             *     themselves look, once a second; where that is long ago, none runs.
             */
            measured_at?: string | null;
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A count that was wrong. */
        Correction: {
            /**
             * Format: int64
             * @description By how many units: not 0.
             */
            delta: number;
            /**
             * @description Why it was wrong.
             * @example Broken in the warehouse
             */
            reason: string;
        };
        /** @description Who somebody says they are, and the proof. */
        Credentials: {
            /**
             * Format: email
             * @example anna@example.org
             */
            email: string;
            /** Format: password */
            password: string;
            /**
             * @description With a second factor: a code, or a recovery code.
             * @example 492039
             */
            totp?: string | null;
        };
        /** @description An event that one consumer group cannot deal with. What its aggregate did later waits behind it, but in the group `webhooks`. */
        DeadLetter: {
            /**
             * @description The aggregate: `<kind>:<id>`.
             * @example order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
             */
            aggregate: string;
            /** @description Whether somebody has asked for something that is not done yet. */
            asked: boolean;
            /**
             * Format: int32
             * @description How often it was tried.
             */
            attempts: number;
            /** @description What the event says, or the first of the messages about it. */
            data: Record<string, never>;
            /** @description What is wrong with it. */
            error: string;
            /** Format: date-time */
            first_failed_at: string;
            /**
             * @description The consumer group.
             * @example orders_g1
             */
            group: string;
            /**
             * @description Names it when it is to be tried again or discarded: `<kind>:<aggregate>:<version>`.
             * @example order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1
             */
            id: string;
            /** Format: date-time */
            last_failed_at: string;
            /** @example order.placed */
            type: string;
            /**
             * Format: int64
             * @description Which of its events it is.
             */
            version: number;
            /**
             * Format: int64
             * @description How many events wait, this one included. Of the group `webhooks`: how many messages about it were given up.
             */
            waiting: number;
        };
        /** @description Goods that came in. */
        Delivery: {
            /** Format: int64 */
            quantity: number;
            /** @description What they came with: a delivery note, a purchase order. */
            reference?: string | null;
        };
        /** @enum {string} */
        DemoRole: "buyer" | "seller" | "admin";
        /**
         * @description Which dead letter is to be passed over, and why.
         * @example {
         *       "id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1",
         *       "reason": "Written by a test"
         *     }
         */
        Discard: {
            /** @description In place of `id`: the last letter that was reported of this aggregate, `<kind>:<id>`. */
            aggregate?: string | null;
            /**
             * @description The letter, as the list of them names it: `<kind>:<aggregate>:<version>`.
             * @example order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1
             */
            id?: string | null;
            /**
             * @description It stays on record for ever: it must name nobody.
             * @example Written by a test
             */
            reason: string;
        };
        /** @description A secret for an authenticator. It is shown this one time. */
        Enrolment: {
            /**
             * @description In base32, for whoever types it in.
             * @example JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
             */
            secret: string;
            /** @description The same as `otpauth://…`, for a QR code. */
            uri: string;
        };
        /** @description Something that has happened. */
        Event: {
            /**
             * @description Who did it: `user:<id>`, `policy:<name>` or `operator`.
             * @example user:019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6001
             */
            actor: string;
            /** Format: date-time */
            at: string;
            /** @description The command that it followed from: events of one command have the same. */
            command: string;
            /** @description What it says. */
            data: Record<string, never>;
            /**
             * Format: uuid
             * @description Which aggregate.
             */
            id: string;
            /**
             * @description What kind of aggregate it has happened to.
             * @example order
             */
            kind: string;
            /**
             * Format: int32
             * @description The shape of its data.
             */
            schema: number;
            /** @description The W3C `traceparent` of the request; null where there was none. */
            trace?: string | null;
            /** @example order.placed */
            type: string;
            /**
             * Format: int64
             * @description The how-manieth of its events.
             */
            version: number;
        };
        /** @description Who says so knows the password. */
        Farewell: {
            /** Format: password */
            password: string;
        };
        /** @description What one worker stands still over. */
        Fault: {
            fault: string;
            owner: string;
            /** Format: date-time */
            since: string;
        };
        /** @description How far a consumer has got in one of its feeds. */
        Feed: {
            /**
             * @description The kind of the aggregates in it.
             * @example order
             */
            category: string;
            /**
             * Format: int64
             * @description The newest event there, when it was looked at last.
             */
            head: number;
            /** Format: int64 */
            lag_events: number;
            /** @description The worker that has it; null when nobody has. */
            owner?: string | null;
            /**
             * Format: int32
             * @description The sixteenth of them.
             */
            partition: number;
            /**
             * Format: int64
             * @description Up to where it has settled the feed.
             */
            position: number;
        };
        /** @description What is wrong with one field of the input. */
        FieldError: {
            /** @description The stable name of what is wrong. */
            code: string;
            /** @description What is wrong, for a person to read. */
            message: string;
            /** @description Where: a JSON pointer into the body (`/lines/0/quantity`), or `?name` for a parameter of the query. */
            pointer: string;
        };
        /** @description A role to grant. `seller` comes with a shop alone. */
        Grant: {
            role: components["schemas"]["RoleName"];
        };
        /** @description Since when and why a user is kept out. */
        KeptOut: {
            reason?: string | null;
            /** Format: date-time */
            since: string;
        };
        /**
         * @description Which dead letter: by its own id, or by that of its aggregate.
         * @example {
         *       "id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1"
         *     }
         */
        Letter: {
            /** @description In place of `id`: whatever letter this aggregate has, `<kind>:<id>`. */
            aggregate?: string | null;
            /**
             * @description The letter, as the list of them names it: `<kind>:<aggregate>:<version>`.
             * @example order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1
             */
            id?: string | null;
        };
        /** @description A line of an order: name and price are those of when it was placed. */
        Line: {
            name: string;
            /** Format: uuid */
            product_id: string;
            /** Format: int64 */
            quantity: number;
            /**
             * Format: int64
             * @description How many units came back.
             */
            returned: number;
            /** Format: uuid */
            seller_id: string;
            unit_price: components["schemas"]["Money"];
        };
        /** @description Who has logged in. */
        LoggedIn: {
            user: components["schemas"]["Profile"];
        };
        /** @description Which sessions are to end. */
        Logout: {
            scope?: components["schemas"]["Scope"];
        };
        /** @description A product that runs low. */
        LowProduct: {
            /** Format: int64 */
            available: number;
            name: string;
            /** Format: uuid */
            product_id: string;
            /** Format: int64 */
            threshold: number;
        };
        /** @description What of the caller's products on offer there is less of than their threshold says. */
        LowStock: {
            /**
             * Format: int64
             * @description How many products.
             */
            count: number;
            /** @description Those of which there is least; 20 at most. */
            products: components["schemas"]["LowProduct"][];
        };
        /** @description A message in an order. */
        Message: {
            /** Format: date-time */
            at: string;
            /**
             * Format: int64
             * @description The how-manieth of the order it is.
             */
            number: number;
            /** @description Whether the caller wrote it. */
            own: boolean;
            /**
             * @description On which side its author is: `buyer` or `seller`.
             * @example seller
             */
            party: string;
            /**
             * Format: uuid
             * @description The seller who wrote it; null where it was the buyer.
             */
            seller_id?: string | null;
            /** @description What that seller's shop is called; `deleted user` when the seller has left. */
            shop_name?: string | null;
            /**
             * @description Plain text, whatever it looks like; null once its author is forgotten.
             * @example Could you leave it with the neighbour?
             */
            text?: string | null;
        };
        /** @description Something that happened to an order. What does not belong to its type is not there. */
        Moment: {
            /** @description The money that was asked for, came or went back. */
            amount?: components["schemas"]["Money"];
            /** Format: date-time */
            at: string;
            /**
             * Format: int64
             * @description The number of the attempt to pay.
             */
            attempt?: number;
            by: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description When the order is complete, now that everything has arrived.
             */
            complete_by?: string;
            /** @description What was ordered, reserved, sent or came back. */
            lines?: components["schemas"]["Units"][];
            /**
             * Format: date-time
             * @description By when it is to be paid.
             */
            pay_by?: string;
            /** @description Why it was cancelled, goods came back or a payment was declined, if the caller may know. */
            reason?: string;
            /**
             * Format: int64
             * @description The number of the refund that this leads to, or that went back.
             */
            refund?: number;
            /**
             * Format: uuid
             * @description Whose lines.
             */
            seller_id?: string;
            /** @description When it was rejected: what there was too little of. */
            short?: components["schemas"]["Short"][];
            /** @description Where the parcel can be followed. */
            tracking?: string;
            /**
             * @description `order.placed`, `order.confirmed`, `order.rejected`, `order.payment_started`, `order.payment_pending`,
             *     `order.payment_declined`, `order.paid`, `order.paid_late`, `order.expired`, `order.cancelled`, `order.shipped`,
             *     `order.delivered`, `order.completed`, `order.returned` or `order.refunded`.
             * @example order.placed
             */
            type: string;
            /**
             * Format: int64
             * @description Of the order, since then.
             */
            version: number;
        };
        /** @description An amount in the minor unit of its currency: 1999 EUR is 19.99 euro. */
        Money: {
            /**
             * Format: int64
             * @description Minor units.
             * @example 1999
             */
            amount: number;
            /**
             * @description An ISO 4217 code.
             * @example EUR
             */
            currency: string;
        };
        /** @description An order that has come further. */
        MovedOrder: {
            /** Format: uuid */
            id: string;
            /**
             * @description How far.
             * @example shipped
             */
            status: string;
            /** Format: int64 */
            version: number;
        };
        /** @description What changed a stock, and how it stood then. */
        Movement: {
            /** Format: date-time */
            at: string;
            by: components["schemas"]["StockActor"];
            /**
             * @description `received`, `adjusted`, `reserved`, `released`, `committed` (sent to a buyer) or `restocked` (came back).
             * @example reserved
             */
            kind: string;
            /** @description Why it was adjusted, or what it was received with. */
            note?: string | null;
            /** Format: int64 */
            on_hand: number;
            /** Format: int64 */
            on_hand_change: number;
            /**
             * Format: uuid
             * @description The order it was done for.
             */
            order_id?: string | null;
            /** Format: int64 */
            reserved: number;
            /** Format: int64 */
            reserved_change: number;
            /**
             * Format: int64
             * @description Of the inventory, after the change.
             */
            version: number;
        };
        /** @description What to change; what is absent stays. */
        Names: {
            display_name?: string | null;
            username?: string | null;
        };
        /** @description So many units of one product. */
        NewLine: {
            /** Format: uuid */
            product_id: string;
            /** Format: int64 */
            quantity: number;
        };
        /** @description Something to say about an order. */
        NewMessage: {
            /**
             * @description Plain text over any number of lines. Markup is text like any other.
             * @example Could you leave it with the neighbour?
             */
            text: string;
        };
        /** @description What somebody wants to have. */
        NewOrder: {
            expected_total?: components["schemas"]["Money"] | null;
            /** @description Each product once. */
            lines: components["schemas"]["NewLine"][];
            ship_to?: components["schemas"]["ShipTo"] | null;
        };
        /** @description A new password, and the link that allows it. */
        NewPassword: {
            /** Format: password */
            password: string;
            /** @description As the mail has it. */
            token: string;
        };
        /** @description A product to offer. */
        NewProduct: {
            /** @example Kitchen */
            category?: string | null;
            description?: string | null;
            /** @description Whether it is kept from buyers until it is published. */
            draft?: boolean | null;
            /**
             * @description Addresses of pictures, each beginning with `https://`.
             * @example [
             *       "https://shop.example.org/teapot.jpg"
             *     ]
             */
            images?: string[] | null;
            /**
             * Format: int64
             * @description Units that are there from the start.
             */
            initial_stock?: number | null;
            /** @example Blue teapot */
            name: string;
            price: components["schemas"]["Money"];
        };
        /** @description Goods that came back. */
        NewReturn: {
            /** @description Each product once. */
            lines: components["schemas"]["ReturnedLine"][];
            /**
             * @description Why they came back.
             * @example Too small
             */
            reason: string;
        };
        /** @description A shop to open. */
        NewShop: {
            /**
             * @description Nobody else has it, in upper or lower case.
             * @example Anna's Teapots
             */
            shop_name: string;
        };
        /** @description A place that wants to be told. */
        NewSubscription: {
            events: ("order.placed" | "order.confirmed" | "order.rejected" | "order.paid" | "order.expired" | "order.cancelled" | "order.shipped" | "order.delivered" | "order.completed" | "order.returned" | "order.refunded" | "product.listed" | "product.changed" | "product.published" | "product.unpublished" | "product.archived" | "product.restored" | "stock.changed" | "stock.ran_low")[];
            /**
             * @description Where messages are posted to: https, at port 443 or 8443 of the open net.
             * @example https://example.org/hooks/millrace
             */
            url: string;
        };
        /** @description An order, or the part of it that a seller may see. */
        Order: {
            /**
             * @description What the caller can do about it now: `pay`, `cancel`, `ship`, `deliver` or `return`.
             * @example [
             *       "pay",
             *       "cancel"
             *     ]
             */
            actions: string[];
            /**
             * Format: uuid
             * @description Who placed it; a seller is not told.
             */
            buyer_id?: string;
            /** Format: date-time */
            changed_at: string;
            /**
             * Format: date-time
             * @description When it is complete: there once everything has arrived.
             */
            complete_by?: string | null;
            /** Format: uuid */
            id: string;
            lines: components["schemas"]["Line"][];
            /** Format: date-time */
            paid_at?: string | null;
            /** @description How far the money is; a seller is not told. */
            payment?: components["schemas"]["Payment"];
            /** Format: date-time */
            placed_at: string;
            /** @description The parcels that were sent, one of each seller. */
            shipments: components["schemas"]["Shipment"][];
            /**
             * @description `pending`, `confirmed`, `paid`, `partly_shipped`, `shipped`, `delivered`, `completed`, `rejected`, `expired`, `cancelled`
             *     or `refunded`. Of a seller's own part, which is never `partly_shipped`, where a seller asks.
             * @example confirmed
             */
            status: string;
            /** @description Of what is shown. */
            total: components["schemas"]["Money"];
            totals: components["schemas"]["Totals"];
            /** Format: int64 */
            version: number;
        };
        /** @description A part of a list. */
        Page_Category: {
            /** @description The rows of this page. */
            items: {
                /**
                 * Format: int64
                 * @description How many products on offer are in it.
                 */
                count: number;
                /** @example Kitchen */
                name: string;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_DeadLetter: {
            /** @description The rows of this page. */
            items: {
                /**
                 * @description The aggregate: `<kind>:<id>`.
                 * @example order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                aggregate: string;
                /** @description Whether somebody has asked for something that is not done yet. */
                asked: boolean;
                /**
                 * Format: int32
                 * @description How often it was tried.
                 */
                attempts: number;
                /** @description What the event says, or the first of the messages about it. */
                data: Record<string, never>;
                /** @description What is wrong with it. */
                error: string;
                /** Format: date-time */
                first_failed_at: string;
                /**
                 * @description The consumer group.
                 * @example orders_g1
                 */
                group: string;
                /**
                 * @description Names it when it is to be tried again or discarded: `<kind>:<aggregate>:<version>`.
                 * @example order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1
                 */
                id: string;
                /** Format: date-time */
                last_failed_at: string;
                /** @example order.placed */
                type: string;
                /**
                 * Format: int64
                 * @description Which of its events it is.
                 */
                version: number;
                /**
                 * Format: int64
                 * @description How many events wait, this one included. Of the group `webhooks`: how many messages about it were given up.
                 */
                waiting: number;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Event: {
            /** @description The rows of this page. */
            items: {
                /**
                 * @description Who did it: `user:<id>`, `policy:<name>` or `operator`.
                 * @example user:019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6001
                 */
                actor: string;
                /** Format: date-time */
                at: string;
                /** @description The command that it followed from: events of one command have the same. */
                command: string;
                /** @description What it says. */
                data: Record<string, never>;
                /**
                 * Format: uuid
                 * @description Which aggregate.
                 */
                id: string;
                /**
                 * @description What kind of aggregate it has happened to.
                 * @example order
                 */
                kind: string;
                /**
                 * Format: int32
                 * @description The shape of its data.
                 */
                schema: number;
                /** @description The W3C `traceparent` of the request; null where there was none. */
                trace?: string | null;
                /** @example order.placed */
                type: string;
                /**
                 * Format: int64
                 * @description The how-manieth of its events.
                 */
                version: number;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Message: {
            /** @description The rows of this page. */
            items: {
                /** Format: date-time */
                at: string;
                /**
                 * Format: int64
                 * @description The how-manieth of the order it is.
                 */
                number: number;
                /** @description Whether the caller wrote it. */
                own: boolean;
                /**
                 * @description On which side its author is: `buyer` or `seller`.
                 * @example seller
                 */
                party: string;
                /**
                 * Format: uuid
                 * @description The seller who wrote it; null where it was the buyer.
                 */
                seller_id?: string | null;
                /** @description What that seller's shop is called; `deleted user` when the seller has left. */
                shop_name?: string | null;
                /**
                 * @description Plain text, whatever it looks like; null once its author is forgotten.
                 * @example Could you leave it with the neighbour?
                 */
                text?: string | null;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Moment: {
            /** @description The rows of this page. */
            items: {
                /** @description The money that was asked for, came or went back. */
                amount?: components["schemas"]["Money"];
                /** Format: date-time */
                at: string;
                /**
                 * Format: int64
                 * @description The number of the attempt to pay.
                 */
                attempt?: number;
                by: components["schemas"]["Actor"];
                /**
                 * Format: date-time
                 * @description When the order is complete, now that everything has arrived.
                 */
                complete_by?: string;
                /** @description What was ordered, reserved, sent or came back. */
                lines?: components["schemas"]["Units"][];
                /**
                 * Format: date-time
                 * @description By when it is to be paid.
                 */
                pay_by?: string;
                /** @description Why it was cancelled, goods came back or a payment was declined, if the caller may know. */
                reason?: string;
                /**
                 * Format: int64
                 * @description The number of the refund that this leads to, or that went back.
                 */
                refund?: number;
                /**
                 * Format: uuid
                 * @description Whose lines.
                 */
                seller_id?: string;
                /** @description When it was rejected: what there was too little of. */
                short?: components["schemas"]["Short"][];
                /** @description Where the parcel can be followed. */
                tracking?: string;
                /**
                 * @description `order.placed`, `order.confirmed`, `order.rejected`, `order.payment_started`, `order.payment_pending`,
                 *     `order.payment_declined`, `order.paid`, `order.paid_late`, `order.expired`, `order.cancelled`, `order.shipped`,
                 *     `order.delivered`, `order.completed`, `order.returned` or `order.refunded`.
                 * @example order.placed
                 */
                type: string;
                /**
                 * Format: int64
                 * @description Of the order, since then.
                 */
                version: number;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Movement: {
            /** @description The rows of this page. */
            items: {
                /** Format: date-time */
                at: string;
                by: components["schemas"]["StockActor"];
                /**
                 * @description `received`, `adjusted`, `reserved`, `released`, `committed` (sent to a buyer) or `restocked` (came back).
                 * @example reserved
                 */
                kind: string;
                /** @description Why it was adjusted, or what it was received with. */
                note?: string | null;
                /** Format: int64 */
                on_hand: number;
                /** Format: int64 */
                on_hand_change: number;
                /**
                 * Format: uuid
                 * @description The order it was done for.
                 */
                order_id?: string | null;
                /** Format: int64 */
                reserved: number;
                /** Format: int64 */
                reserved_change: number;
                /**
                 * Format: int64
                 * @description Of the inventory, after the change.
                 */
                version: number;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Order: {
            /** @description The rows of this page. */
            items: {
                /**
                 * @description What the caller can do about it now: `pay`, `cancel`, `ship`, `deliver` or `return`.
                 * @example [
                 *       "pay",
                 *       "cancel"
                 *     ]
                 */
                actions: string[];
                /**
                 * Format: uuid
                 * @description Who placed it; a seller is not told.
                 */
                buyer_id?: string;
                /** Format: date-time */
                changed_at: string;
                /**
                 * Format: date-time
                 * @description When it is complete: there once everything has arrived.
                 */
                complete_by?: string | null;
                /** Format: uuid */
                id: string;
                lines: components["schemas"]["Line"][];
                /** Format: date-time */
                paid_at?: string | null;
                /** @description How far the money is; a seller is not told. */
                payment?: components["schemas"]["Payment"];
                /** Format: date-time */
                placed_at: string;
                /** @description The parcels that were sent, one of each seller. */
                shipments: components["schemas"]["Shipment"][];
                /**
                 * @description `pending`, `confirmed`, `paid`, `partly_shipped`, `shipped`, `delivered`, `completed`, `rejected`, `expired`, `cancelled`
                 *     or `refunded`. Of a seller's own part, which is never `partly_shipped`, where a seller asks.
                 * @example confirmed
                 */
                status: string;
                /** @description Of what is shown. */
                total: components["schemas"]["Money"];
                totals: components["schemas"]["Totals"];
                /** Format: int64 */
                version: number;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Product: {
            /** @description The rows of this page. */
            items: {
                category?: string | null;
                /** Format: date-time */
                changed_at: string;
                description?: string | null;
                /** Format: uuid */
                id: string;
                images: string[];
                /** Format: date-time */
                listed_at: string;
                name: string;
                price: components["schemas"]["Money"];
                seller: components["schemas"]["Seller"];
                /**
                 * @description The name as a part of an address, with a piece of the id.
                 * @example blue-teapot-3f2a9c41
                 */
                slug: string;
                /**
                 * @description `active`; or `draft` or `archived`, which only its seller, admins and support get to see.
                 * @example active
                 */
                status: string;
                stock: components["schemas"]["Stock"];
                /** @description The numbers, for its seller alone. */
                stock_exact?: components["schemas"]["StockNumbers"];
                /**
                 * Format: int64
                 * @description Of the product itself: what `If-Match` names to change it.
                 */
                version: number;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Session: {
            /** @description The rows of this page. */
            items: {
                /**
                 * @description Where it was last seen.
                 * @example 192.0.2.7
                 */
                address?: string | null;
                /** @description Whether it is the one that asks. */
                current: boolean;
                /** @description What the browser says it is. This, where it was seen and when are null while that cannot be looked up. */
                device?: string | null;
                /** Format: uuid */
                id: string;
                /**
                 * Format: date-time
                 * @description To within a few minutes.
                 */
                last_seen_at?: string | null;
                /** Format: date-time */
                started_at: string;
                /**
                 * Format: date-time
                 * @description When it ends in any case.
                 */
                until: string;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_User: {
            /** @description The rows of this page. */
            items: {
                display_name?: string | null;
                email?: string | null;
                /** @description Whether the e-mail address is proven. */
                email_verified: boolean;
                /**
                 * Format: date-time
                 * @description When the person was forgotten.
                 */
                erased_at?: string | null;
                /** Format: uuid */
                id: string;
                /** Format: date-time */
                registered_at: string;
                /**
                 * @example [
                 *       "buyer"
                 *     ]
                 */
                roles: string[];
                /** @description Whether logins ask for a code. */
                second_factor: boolean;
                /** @description Null without a shop. */
                shop_name?: string | null;
                suspension?: components["schemas"]["KeptOut"] | null;
                /** @description `deleted user` when the person is forgotten. */
                username?: string | null;
                /**
                 * Format: int64
                 * @description What `If-Match` names to change it.
                 */
                version: number;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description A part of a list. */
        Page_Webhook: {
            /** @description The rows of this page. */
            items: {
                /** Format: date-time */
                created_at: string;
                /** @description The last ten messages, newest first. */
                deliveries: components["schemas"]["WebhookDelivery"][];
                /** Format: date-time */
                disabled_at?: string | null;
                /** @description Why it is disabled: `failing` took nothing for long, `gone` said 410. */
                disabled_because?: string | null;
                /**
                 * @description What it is told.
                 * @example [
                 *       "order.placed",
                 *       "stock.ran_low"
                 *     ]
                 */
                events: string[];
                /** Format: uuid */
                id: string;
                /**
                 * @description `active`, or `disabled`: nothing is sent any more. Remove it and subscribe again once it is mended.
                 * @example active
                 */
                status: string;
                /** @example https://example.org/hooks/millrace */
                url: string;
            }[];
            /** @description Continues the list as `cursor`; null on its last page. */
            next_cursor?: string | null;
        };
        /** @description What has become of an attempt to pay. */
        Paid: {
            /**
             * Format: int32
             * @description The number of the attempt.
             */
            attempt: number;
            /** Format: uuid */
            id: string;
            outcome: components["schemas"]["PaymentOutcome"];
            /**
             * @description Why it was declined.
             * @example The payment was declined.
             */
            reason?: string | null;
            /**
             * @description How far the order has come.
             * @example paid
             */
            status: string;
            /** Format: int64 */
            version: number;
        };
        /** @description Whom to play. */
        Part: {
            role: components["schemas"]["DemoRole"];
        };
        /** @description A new password, and the one that it replaces. */
        PasswordChange: {
            /** Format: password */
            current_password: string;
            /** Format: password */
            new_password: string;
        };
        /** @description Who says so knows the password. */
        PasswordProof: {
            /** Format: password */
            password: string;
        };
        /** @description Who has paused a consumer, why, and when. */
        Pause: {
            /** Format: date-time */
            at: string;
            /** @example operator */
            by: string;
            reason: string;
        };
        /** @description How far the money is. */
        Payment: {
            /**
             * Format: int64
             * @description How often the buyer began to pay.
             */
            attempts: number;
            /** @description All that was ever taken, late money too. */
            captured: components["schemas"]["Money"];
            /**
             * @description What became of the last time: `awaited`, `declined`, `paid` or `paid_late`. Null before the first.
             * @example paid
             */
            last_attempt?: string | null;
            /**
             * Format: date-time
             * @description By when it is to be paid: there once it is confirmed.
             */
            pay_by?: string | null;
            /** @description All that went back. */
            refunded: components["schemas"]["Money"];
        };
        /** @description How the order is paid. */
        PaymentAttempt: {
            /**
             * @description What the provider gave the buyer's browser for their method of payment. It is handed on and never kept. The fake
             *     provider knows `tok_approve` (paid at once), `tok_decline` (declined at once), `tok_late` (no answer at once; paid a
             *     little later, by a callback), `tok_twice` (the same, and the callback comes twice), `tok_overdue` (the money comes
             *     after the deadline, and goes back) and `tok_silent` (paid, but found out only when the shop asks).
             * @example tok_approve
             */
            method_token: string;
        };
        /**
         * @description What the provider has said.
         * @enum {string}
         */
        PaymentOutcome: "paid" | "paid_late" | "declined" | "awaited";
        /** @description An order that was taken. Whether its lines are in stock shows within moments. */
        PlacedOrder: {
            /** Format: uuid */
            id: string;
            /** @example pending */
            status: string;
            total: components["schemas"]["Money"];
            /** Format: int64 */
            version: number;
        };
        /** @description A message that everybody in the order can read. */
        PostedMessage: {
            /**
             * Format: uuid
             * @description Of the order.
             */
            id: string;
            /**
             * Format: int32
             * @description The how-manieth of the order it is.
             */
            number: number;
            /**
             * Format: int64
             * @description Of the conversation.
             */
            version: number;
        };
        Problem: {
            /** @description The stable name of the kind of problem. */
            code: string;
            /** @description What is wrong this time. */
            detail?: string | null;
            /** @description What is wrong with which field. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The request, as `X-Request-Id` names it. */
            request_id?: string | null;
            /**
             * Format: int32
             * @description The HTTP status, again.
             */
            status: number;
            /** @description The kind of problem in a few words; the same for every problem of that kind. */
            title: string;
            /** @description A URI reference that names and documents the kind of problem: `/docs/problems#<code>`. */
            type: string;
        };
        /** @description A product. */
        Product: {
            category?: string | null;
            /** Format: date-time */
            changed_at: string;
            description?: string | null;
            /** Format: uuid */
            id: string;
            images: string[];
            /** Format: date-time */
            listed_at: string;
            name: string;
            price: components["schemas"]["Money"];
            seller: components["schemas"]["Seller"];
            /**
             * @description The name as a part of an address, with a piece of the id.
             * @example blue-teapot-3f2a9c41
             */
            slug: string;
            /**
             * @description `active`; or `draft` or `archived`, which only its seller, admins and support get to see.
             * @example active
             */
            status: string;
            stock: components["schemas"]["Stock"];
            /** @description The numbers, for its seller alone. */
            stock_exact?: components["schemas"]["StockNumbers"];
            /**
             * Format: int64
             * @description Of the product itself: what `If-Match` names to change it.
             */
            version: number;
        };
        /** @description What to change about a product; what is absent stays. */
        ProductChange: {
            category?: string | null;
            description?: string | null;
            images?: string[] | null;
            name?: string | null;
            price?: components["schemas"]["Money"] | null;
        };
        /** @description A user, to themselves. */
        Profile: {
            display_name?: string | null;
            email?: string | null;
            /** @description Whether the address is proven. Until then they may look around, not order or sell. */
            email_verified: boolean;
            /** Format: uuid */
            id: string;
            /** @description What they may act as: `buyer`, `seller`, `admin`, `support`. */
            roles: string[];
            shop_name?: string | null;
            username?: string | null;
        };
        /** @description What the mail's link carries. */
        Proof: {
            /** @description As the mail has it. */
            token: string;
        };
        /** @description Codes for whoever has lost their authenticator: each is good once. They are shown this one time. */
        RecoveryCodes: {
            /**
             * @example [
             *       "mzxw-6ytb-oi7q-2lma"
             *     ]
             */
            recovery_codes: string[];
        };
        /** @description A return: the goods are in stock again, and the money for them goes back. */
        Return: {
            /** Format: uuid */
            id: string;
            /**
             * Format: int32
             * @description The number of the return.
             */
            number: number;
            /** @description What goes back to the buyer. */
            refund: components["schemas"]["Money"];
            /** @example delivered */
            status: string;
            /** Format: int64 */
            version: number;
        };
        /** @description So many units of one product. */
        ReturnedLine: {
            /** Format: uuid */
            product_id: string;
            /** Format: int64 */
            quantity: number;
        };
        /**
         * @description What a day's orders bring: the caller's lines of those that were paid on that day, less what came back of them since.
         *     Orders that were cancelled bring nothing.
         */
        Revenue: {
            amount: components["schemas"]["Money"];
            /**
             * Format: date
             * @example 2026-11-02
             */
            day: string;
            /**
             * Format: int64
             * @description How many orders.
             */
            orders: number;
        };
        /**
         * @description What a user may act as.
         * @enum {string}
         */
        RoleName: "buyer" | "seller" | "admin" | "support";
        /** @description What a user may act as now. */
        Roles: {
            /** Format: uuid */
            id: string;
            roles: string[];
            /** Format: int64 */
            version: number;
        };
        /** @enum {string} */
        Scope: "current" | "others" | "all";
        /** @description Who sells a product. */
        Seller: {
            /** Format: uuid */
            id: string;
            /** @description `deleted user` when the seller has left. */
            shop_name?: string | null;
        };
        /** @description A session that goes on. */
        Session: {
            /**
             * @description Where it was last seen.
             * @example 192.0.2.7
             */
            address?: string | null;
            /** @description Whether it is the one that asks. */
            current: boolean;
            /** @description What the browser says it is. This, where it was seen and when are null while that cannot be looked up. */
            device?: string | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description To within a few minutes.
             */
            last_seen_at?: string | null;
            /** Format: date-time */
            started_at: string;
            /**
             * Format: date-time
             * @description When it ends in any case.
             */
            until: string;
        };
        /** @description A seller's parcel. */
        Shipment: {
            /** Format: date-time */
            delivered_at?: string | null;
            /** Format: uuid */
            seller_id: string;
            /** Format: date-time */
            shipped_at: string;
            /** @description Where it can be followed. */
            tracking?: string | null;
        };
        /** @description The caller's lines, on their way. */
        ShipmentOfLines: {
            /**
             * @description What the parcel can be followed by.
             * @example DHL 00340434161094042557
             */
            tracking?: string | null;
        };
        /** @description Where an order goes. The buyer and the sellers in it see it, nobody else; it is gone with its buyer. */
        ShipTo: {
            /** @example Rostock */
            city: string;
            /**
             * @description An ISO 3166-1 alpha-2 code.
             * @example DE
             */
            country: string;
            /**
             * @description Street and number, and whatever else stands above the town. 1 to 100 characters each.
             * @example [
             *       "Lange Straße 7",
             *       "Third floor"
             *     ]
             */
            lines: string[];
            /**
             * @description Whom the parcel is for.
             * @example Anna Berg
             */
            name: string;
            /**
             * @description What the carrier may ring: digits, and signs between them.
             * @example +49 381 1234567
             */
            phone?: string | null;
            /**
             * @description Where the country has them.
             * @example 18055
             */
            postcode?: string | null;
        };
        /** @description A shop. */
        ShopWindow: {
            /**
             * Format: uuid
             * @description Of its seller.
             */
            id: string;
            /** Format: date-time */
            opened_at: string;
            /** @description What it offers, newest first. */
            products: components["schemas"]["Page_Product"];
            /** @description `deleted user` when the seller has left. */
            shop_name?: string | null;
        };
        /** @description A line that was too much for the stock. */
        Short: {
            /** Format: int64 */
            available: number;
            /** Format: uuid */
            product_id: string;
            /** Format: int64 */
            requested: number;
        };
        /**
         * @description How much there is of a product: `low` is less than the threshold that its seller has set.
         * @enum {string}
         */
        Stock: "in" | "low" | "out";
        /**
         * @description By whose doing: the product's seller's, the shop's own rules', or that of its people.
         * @enum {string}
         */
        StockActor: "seller" | "system" | "staff";
        /** @description How many units there are of a product. */
        StockNumbers: {
            /**
             * Format: int64
             * @description On hand and not reserved.
             */
            available: number;
            /** Format: int64 */
            on_hand: number;
            /**
             * Format: int64
             * @description Promised to orders.
             */
            reserved: number;
            /**
             * Format: int64
             * @description As soon as fewer are available, the seller is told; 0 for never.
             */
            threshold: number;
            /**
             * Format: int64
             * @description Of the inventory: what `If-Match` names to change it.
             */
            version: number;
        };
        /** @description A subscription, and the secret that its messages are signed with. It is shown this one time. */
        Subscribed: {
            /** Format: uuid */
            id: string;
            /** @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw */
            secret: string;
            /** Format: int64 */
            version: number;
        };
        /** @description A seller's trade at a glance. */
        Summary: {
            low_stock: components["schemas"]["LowStock"];
            /** @description By day (UTC) and currency, earliest first; days without any are left out. */
            revenue: components["schemas"]["Revenue"][];
            /**
             * Format: int64
             * @description How many orders wait for the caller's parcel.
             */
            to_ship: number;
        };
        /** @description Why somebody is kept out. */
        Suspension: {
            /**
             * @description It stays on record for ever: it must name nobody.
             * @example Sold what never arrived
             */
            reason: string;
        };
        /** @description When a stock is low. */
        Threshold: {
            /**
             * Format: int64
             * @description As soon as fewer units can be ordered, the seller is told once. 0 for never.
             * @example 5
             */
            quantity: number;
        };
        /** @description What an order costs. */
        Totals: {
            /** @description The lines that are shown. */
            lines: components["schemas"]["Money"];
            shipping?: components["schemas"]["Money"] | null;
            tax?: components["schemas"]["Money"] | null;
            total: components["schemas"]["Money"];
        };
        /** @description Units of a product. */
        Units: {
            /** Format: uuid */
            product_id: string;
            /** Format: int64 */
            quantity: number;
        };
        /** @description A user. Of whoever is erased there is neither address nor name. */
        User: {
            display_name?: string | null;
            email?: string | null;
            /** @description Whether the e-mail address is proven. */
            email_verified: boolean;
            /**
             * Format: date-time
             * @description When the person was forgotten.
             */
            erased_at?: string | null;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            registered_at: string;
            /**
             * @example [
             *       "buyer"
             *     ]
             */
            roles: string[];
            /** @description Whether logins ask for a code. */
            second_factor: boolean;
            /** @description Null without a shop. */
            shop_name?: string | null;
            suspension?: components["schemas"]["KeptOut"] | null;
            /** @description `deleted user` when the person is forgotten. */
            username?: string | null;
            /**
             * Format: int64
             * @description What `If-Match` names to change it.
             */
            version: number;
        };
        /** @description A place that is told of what happens. */
        Webhook: {
            /** Format: date-time */
            created_at: string;
            /** @description The last ten messages, newest first. */
            deliveries: components["schemas"]["WebhookDelivery"][];
            /** Format: date-time */
            disabled_at?: string | null;
            /** @description Why it is disabled: `failing` took nothing for long, `gone` said 410. */
            disabled_because?: string | null;
            /**
             * @description What it is told.
             * @example [
             *       "order.placed",
             *       "stock.ran_low"
             *     ]
             */
            events: string[];
            /** Format: uuid */
            id: string;
            /**
             * @description `active`, or `disabled`: nothing is sent any more. Remove it and subscribe again once it is mended.
             * @example active
             */
            status: string;
            /** @example https://example.org/hooks/millrace */
            url: string;
        };
        /** @description A message, and what became of it. */
        WebhookDelivery: {
            /** Format: int32 */
            attempts: number;
            /** Format: date-time */
            created_at: string;
            /** @description Why there was no answer: `timed_out`, `unreachable`, `broken_off`, `address_refused` or `not_signed`. */
            error?: string | null;
            /** @description The `webhook-id`. */
            id: string;
            /** Format: date-time */
            last_attempt_at?: string | null;
            /** Format: date-time */
            next_attempt_at?: string | null;
            /**
             * Format: int32
             * @description What was answered last.
             * @example 200
             */
            response_status?: number | null;
            /**
             * @description `due`: it is sent at `next_attempt_at`. `delivered`: it was taken. `dead`: it was sent as often as it may.
             * @example delivered
             */
            status: string;
            /** @example order.placed */
            type: string;
        };
        /** @description An order, with what is written about it and where it goes. */
        WholeOrder: components["schemas"]["Order"] & {
            messages?: components["schemas"]["Page_Message"] | null;
            ship_to?: components["schemas"]["ShipTo"] | null;
        };
        /**
         * @description How a consumer does: `stopped` has feeds that nobody works on.
         * @enum {string}
         */
        Work: "working" | "paused" | "faulty" | "stopped";
    };
    responses: {
        /** @description `bad_request`: The request is not well-formed, or a required header is missing. */
        "400.bad_request": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "bad_request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /**
         * @description `bad_request`: The request is not well-formed, or a required header is missing.
         *
         *     `idempotency_key_required`: This must not happen twice: name it by an `Idempotency-Key`, and repeat it with the same one.
         */
        "400.bad_request.idempotency_key_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "bad_request" | "idempotency_key_required";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /**
         * @description `bad_request`: The request is not well-formed, or a required header is missing.
         *
         *     `malformed_json`: The body is not JSON.
         */
        "400.bad_request.malformed_json": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "bad_request" | "malformed_json";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /**
         * @description `bad_request`: The request is not well-formed, or a required header is missing.
         *
         *     `malformed_json`: The body is not JSON.
         *
         *     `idempotency_key_required`: This must not happen twice: name it by an `Idempotency-Key`, and repeat it with the same one.
         */
        "400.bad_request.malformed_json.idempotency_key_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "bad_request" | "malformed_json" | "idempotency_key_required";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description `unauthenticated`: There is no session, or it has ended. Refresh it or log in. */
        "401.unauthenticated": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /**
         * @description `unauthenticated`: There is no session, or it has ended. Refresh it or log in.
         *
         *     `untrusted_callback`: The signature of the callback is not good, or its timestamp is too far from now.
         */
        "401.unauthenticated.untrusted_callback": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unauthenticated" | "untrusted_callback";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /**
         * @description `wrong_credentials`: No account has this address and this password.
         *
         *     `totp_required`: The password is right, and the account has a second factor. Log in again with `totp`: a code, or a recovery code.
         *
         *     `wrong_code`: The code of the second factor is wrong, or was used before.
         *
         *     `unauthenticated`: There is no session, or it has ended. Refresh it or log in.
         */
        "401.wrong_credentials.totp_required.wrong_code.unauthenticated": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "wrong_credentials" | "totp_required" | "wrong_code" | "unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /**
         * @description `cross_site`: The request seems to come from another site, or lacks `X-Requested-With`.
         *
         *     `email_unverified`: Only users who have proven their e-mail address may do this. Follow the link that was sent, or ask for another.
         *
         *     `suspended`: The user is suspended.
         */
        "403.cross_site.email_unverified.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "cross_site" | "email_unverified" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `cross_site`: The request seems to come from another site, or lacks `X-Requested-With`.
         *
         *     `not_a_seller`: Only sellers may do this. Open a shop first.
         *
         *     `suspended`: The user is suspended.
         */
        "403.cross_site.not_a_seller.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "cross_site" | "not_a_seller" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `cross_site`: The request seems to come from another site, or lacks `X-Requested-With`.
         *
         *     `role_required`: The caller lacks the role that this needs.
         *
         *     `not_a_seller`: Only sellers may do this. Open a shop first.
         *
         *     `suspended`: The user is suspended.
         */
        "403.cross_site.role_required.not_a_seller.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "cross_site" | "role_required" | "not_a_seller" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `cross_site`: The request seems to come from another site, or lacks `X-Requested-With`.
         *
         *     `role_required`: The caller lacks the role that this needs.
         *
         *     `second_factor_required`: Admins and support may do this only in a session with a second factor: switch it on, or log in with it.
         *
         *     `suspended`: The user is suspended.
         */
        "403.cross_site.role_required.second_factor_required.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "cross_site" | "role_required" | "second_factor_required" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `cross_site`: The request seems to come from another site, or lacks `X-Requested-With`.
         *
         *     `suspended`: The user is suspended.
         */
        "403.cross_site.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "cross_site" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `cross_site`: The request seems to come from another site, or lacks `X-Requested-With`.
         *
         *     `wrong_password`: This is not the caller's current password.
         *
         *     `suspended`: The user is suspended.
         */
        "403.cross_site.wrong_password.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "cross_site" | "wrong_password" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `role_required`: The caller lacks the role that this needs.
         *
         *     `not_a_seller`: Only sellers may do this. Open a shop first.
         *
         *     `suspended`: The user is suspended.
         */
        "403.role_required.not_a_seller.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "role_required" | "not_a_seller" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `role_required`: The caller lacks the role that this needs.
         *
         *     `second_factor_required`: Admins and support may do this only in a session with a second factor: switch it on, or log in with it.
         *
         *     `suspended`: The user is suspended.
         */
        "403.role_required.second_factor_required.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "role_required" | "second_factor_required" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /**
         * @description `role_required`: The caller lacks the role that this needs.
         *
         *     `suspended`: The user is suspended.
         */
        "403.role_required.suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "role_required" | "suspended";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description `not_found`: It does not exist, or it is not the caller's. */
        "404.not_found": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "not_found";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /**
         * @description `already_listed`: The product is listed already.
         *
         *     `product_archived`: The product is archived. Publish it to change it or offer it again.
         *
         *     `too_much_stock`: There would be more units of the product than are kept.
         */
        "409.already_listed.product_archived.too_much_stock": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "already_listed" | "product_archived" | "too_much_stock";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `attempt_succeeded`: The provider has said before that this attempt succeeded.
         *
         *     `no_payment_provider`: Nobody moves the money of this shop: orders cannot be paid here.
         */
        "409.attempt_succeeded.no_payment_provider": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "attempt_succeeded" | "no_payment_provider";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description `in_flight`: The same command is still being carried out. Repeat it in a moment. */
        "409.in_flight": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `in_flight`: The same command is still being carried out. Repeat it in a moment.
         *
         *     `already_listed`: The product is listed already.
         *
         *     `product_archived`: The product is archived. Publish it to change it or offer it again.
         *
         *     `too_much_stock`: There would be more units of the product than are kept.
         */
        "409.in_flight.already_listed.product_archived.too_much_stock": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight" | "already_listed" | "product_archived" | "too_much_stock";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `in_flight`: The same command is still being carried out. Repeat it in a moment.
         *
         *     `already_selling`: The caller keeps a shop of another name already.
         */
        "409.in_flight.already_selling": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight" | "already_selling";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `in_flight`: The same command is still being carried out. Repeat it in a moment.
         *
         *     `insufficient_stock`: There are fewer units than asked for.
         *
         *     `price_changed`: The order costs something else now; `total` says what.
         *
         *     `already_placed`: The order was placed already, with other content.
         */
        "409.in_flight.insufficient_stock.price_changed.already_placed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight" | "insufficient_stock" | "price_changed" | "already_placed";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `in_flight`: The same command is still being carried out. Repeat it in a moment.
         *
         *     `needs_another_admin`: No admin can be suspended, erased or relieved of the role by themselves: another one takes the role first.
         */
        "409.in_flight.needs_another_admin": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight" | "needs_another_admin";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `in_flight`: The same command is still being carried out. Repeat it in a moment.
         *
         *     `product_archived`: The product is archived. Publish it to change it or offer it again.
         *
         *     `too_much_stock`: There would be more units of the product than are kept.
         *
         *     `below_reserved`: Units that are promised to orders cannot be corrected away.
         *
         *     `insufficient_stock`: There are fewer units than asked for.
         */
        "409.in_flight.product_archived.too_much_stock.below_reserved.insufficient_stock": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight" | "product_archived" | "too_much_stock" | "below_reserved" | "insufficient_stock";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `in_flight`: The same command is still being carried out. Repeat it in a moment.
         *
         *     `too_many_webhooks`: The caller has as many webhooks as one user may. Remove one first.
         */
        "409.in_flight.too_many_webhooks": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight" | "too_many_webhooks";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `in_flight`: The same command is still being carried out. Repeat it in a moment.
         *
         *     `too_much_stock`: There would be more units of the product than are kept.
         *
         *     `insufficient_stock`: There are fewer units than asked for.
         *
         *     `too_early`: The order has not come far enough for that; `order_status` says how far.
         *
         *     `payment_under_way`: The provider has not answered the last attempt to pay.
         *
         *     `attempt_succeeded`: The provider has said before that this attempt succeeded.
         *
         *     `no_payment_provider`: Nobody moves the money of this shop: orders cannot be paid here.
         *
         *     `too_many_messages`: The order has as many messages as it can have.
         *
         *     `too_late`: Nobody remembers any more whether this return was counted.
         *
         *     `already_decided`: The order has come too far for that; `order_status` says how far.
         */
        "409.in_flight.too_much_stock.insufficient_stock.too_early.payment_under_way.attempt_succeeded.no_payment_provider.too_many_messages.too_late.already_decided": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "in_flight" | "too_much_stock" | "insufficient_stock" | "too_early" | "payment_under_way" | "attempt_succeeded" | "no_payment_provider" | "too_many_messages" | "too_late" | "already_decided";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description `needs_another_admin`: No admin can be suspended, erased or relieved of the role by themselves: another one takes the role first. */
        "409.needs_another_admin": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "needs_another_admin";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `needs_another_admin`: No admin can be suspended, erased or relieved of the role by themselves: another one takes the role first.
         *
         *     `already_registered`: The account exists already.
         */
        "409.needs_another_admin.already_registered": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "needs_another_admin" | "already_registered";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `product_archived`: The product is archived. Publish it to change it or offer it again.
         *
         *     `too_much_stock`: There would be more units of the product than are kept.
         *
         *     `below_reserved`: Units that are promised to orders cannot be corrected away.
         *
         *     `insufficient_stock`: There are fewer units than asked for.
         */
        "409.product_archived.too_much_stock.below_reserved.insufficient_stock": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "product_archived" | "too_much_stock" | "below_reserved" | "insufficient_stock";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `second_factor_on`: The second factor is on already. Switch it off to begin anew.
         *
         *     `not_enrolled`: There is no secret that a code could confirm. Ask for one first.
         *
         *     `already_registered`: The account exists already.
         */
        "409.second_factor_on.not_enrolled.already_registered": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "second_factor_on" | "not_enrolled" | "already_registered";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `link_used`: The link was used already, or a newer one was sent.
         *
         *     `link_expired`: The link's time is up, or it was not copied as a whole. Ask for another.
         */
        "410.link_used.link_expired": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "link_used" | "link_expired";
                    /** @constant */
                    status?: 410;
                };
            };
        };
        /** @description `moved_on`: `If-Match` names an older version. Read again, then decide again. */
        "412.moved_on": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "moved_on";
                    /** @constant */
                    status?: 412;
                };
            };
        };
        /** @description `too_large`: The body is larger than 64 KiB. */
        "413.too_large": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "too_large";
                    /** @constant */
                    status?: 413;
                };
            };
        };
        /** @description `unsupported_media_type`: The body must be `application/json`. */
        "415.unsupported_media_type": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unsupported_media_type";
                    /** @constant */
                    status?: 415;
                };
            };
        };
        /** @description `invalid`: The input breaks a rule; `errors` names each field. */
        "422.invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "invalid";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /**
         * @description `invalid`: The input breaks a rule; `errors` names each field.
         *
         *     `idempotency_key_reused`: This `Idempotency-Key` was used with another body. Take a new key for a new command.
         */
        "422.invalid.idempotency_key_reused": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "invalid" | "idempotency_key_reused";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /** @description `too_fast`: Too many requests. Wait for `Retry-After` seconds. */
        "429.too_fast": {
            headers: {
                /** @description After how many seconds to try again. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "too_fast";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description `internal`: A fault of the service. Quote the `request_id` when reporting it. */
        "500.internal": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "internal";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description `unavailable`: A dependency is down and the outcome is unknown. Repeat the call, with the same `Idempotency-Key`, after `Retry-After` seconds. */
        "503.unavailable": {
            headers: {
                /** @description After how many seconds to try again. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unavailable";
                    /** @constant */
                    status?: 503;
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
};
export type $defs = Record<string, never>;
export interface operations {
    public_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": Record<string, never>;
                };
            };
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_audit: {
        parameters: {
            query?: {
                /**
                 * @description What this actor did: `user:<id>`, `policy:<name>` or `operator`.
                 * @example operator
                 */
                actor?: string;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description What happened then or later, to the millisecond. */
                from?: string;
                /**
                 * @description What happened to this kind of aggregate.
                 * @example order
                 */
                kind?: string;
                /** @description How many rows. */
                limit?: number;
                /** @description What happened before, to the millisecond. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who did what: every event, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actor": "user:019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6001",
                     *           "at": "2026-11-21T02:38:21Z",
                     *           "command": "text",
                     *           "data": {},
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "kind": "order",
                     *           "schema": 1,
                     *           "trace": "text",
                     *           "type": "order.placed",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Event"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.second_factor_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_consumers: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every consumer by its name, with its lag in each of its feeds. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "consumer": "orders_g1",
                     *           "dead": 1,
                     *           "faults": [
                     *             {
                     *               "fault": "text",
                     *               "owner": "text",
                     *               "since": "2026-11-21T02:38:21Z"
                     *             }
                     *           ],
                     *           "feeds": [
                     *             {
                     *               "category": "order",
                     *               "head": 1,
                     *               "lag_events": 1,
                     *               "owner": "text",
                     *               "partition": 1,
                     *               "position": 1
                     *             }
                     *           ],
                     *           "held": 1,
                     *           "lag_events": 1,
                     *           "paused": {
                     *             "at": "2026-11-21T02:38:21Z",
                     *             "by": "operator",
                     *             "reason": "Broken in the warehouse"
                     *           },
                     *           "state": "working"
                     *         }
                     *       ],
                     *       "measured_at": "2026-11-21T02:38:21Z",
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Consumers"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.second_factor_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_dead_letters: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description Those of this consumer group.
                 * @example orders_g1
                 */
                group?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Dead letters, group by group. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "aggregate": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "asked": true,
                     *           "attempts": 1,
                     *           "data": {},
                     *           "error": "text",
                     *           "first_failed_at": "2026-11-21T02:38:21Z",
                     *           "group": "orders_g1",
                     *           "id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1",
                     *           "last_failed_at": "2026-11-21T02:38:21Z",
                     *           "type": "order.placed",
                     *           "version": 1,
                     *           "waiting": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_DeadLetter"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.second_factor_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    discard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The consumer group
                 * @example orders_g1
                 */
                group: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1",
                 *       "reason": "Written by a test"
                 *     }
                 */
                "application/json": components["schemas"]["Discard"];
            };
        };
        responses: {
            /** @description It is asked for */
            202: {
                headers: {
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "group": "orders_g1",
                     *       "id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1"
                     *     }
                     */
                    "application/json": components["schemas"]["Asked"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.second_factor_required.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The consumer group
                 * @example orders_g1
                 */
                group: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1"
                 *     }
                 */
                "application/json": components["schemas"]["Letter"];
            };
        };
        responses: {
            /** @description It is asked for */
            202: {
                headers: {
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "group": "orders_g1",
                     *       "id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1"
                     *     }
                     */
                    "application/json": components["schemas"]["Asked"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.second_factor_required.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_events: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
                /**
                 * @description The kind of the aggregate
                 * @example order
                 */
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events of one aggregate, the first first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actor": "user:019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6001",
                     *           "at": "2026-11-21T02:38:21Z",
                     *           "command": "text",
                     *           "data": {},
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "kind": "order",
                     *           "schema": 1,
                     *           "trace": "text",
                     *           "type": "order.placed",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Event"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.second_factor_required.suspended"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_all_orders: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
                /** @description In which order. */
                sort?: "newest" | "oldest";
                /** @description Only those that are this far. */
                status?: "pending" | "confirmed" | "paid" | "partly_shipped" | "shipped" | "delivered" | "completed" | "rejected" | "expired" | "cancelled" | "refunded";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All orders. `status=pending&sort=oldest` shows those first that have waited longest for their stock. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actions": [
                     *             "pay",
                     *             "cancel"
                     *           ],
                     *           "buyer_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "changed_at": "2026-11-21T02:38:21Z",
                     *           "complete_by": "2026-11-21T02:38:21Z",
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "lines": [
                     *             {
                     *               "name": "White metal lantern",
                     *               "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "quantity": 1,
                     *               "returned": 1,
                     *               "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "unit_price": {
                     *                 "amount": 1999,
                     *                 "currency": "EUR"
                     *               }
                     *             }
                     *           ],
                     *           "paid_at": "2026-11-21T02:38:21Z",
                     *           "payment": {
                     *             "attempts": 1,
                     *             "captured": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "last_attempt": "paid",
                     *             "pay_by": "2026-11-21T02:38:21Z",
                     *             "refunded": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "placed_at": "2026-11-21T02:38:21Z",
                     *           "shipments": [
                     *             {
                     *               "delivered_at": "2026-11-21T02:38:21Z",
                     *               "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "shipped_at": "2026-11-21T02:38:21Z",
                     *               "tracking": "text"
                     *             }
                     *           ],
                     *           "status": "confirmed",
                     *           "total": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           },
                     *           "totals": {
                     *             "lines": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "shipping": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "tax": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "total": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Order"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.second_factor_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
                /** @description Words that all occur in the e-mail address or a name. */
                q?: string;
                /** @description Who has this role. */
                role?: "buyer" | "seller" | "admin" | "support";
                /** @description Only those who are suspended, or only those who are not. */
                suspended?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All users, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "display_name": "Anna",
                     *           "email": "anna@example.com",
                     *           "email_verified": true,
                     *           "erased_at": "2026-11-21T02:38:21Z",
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "registered_at": "2026-11-21T02:38:21Z",
                     *           "roles": [
                     *             "buyer"
                     *           ],
                     *           "second_factor": true,
                     *           "shop_name": "Anna's lanterns",
                     *           "suspension": {
                     *             "reason": "Broken in the warehouse",
                     *             "since": "2026-11-21T02:38:21Z"
                     *           },
                     *           "username": "anna",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_User"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.second_factor_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current_password": "a quiet mill by the river",
                 *       "new_password": "wheels turn all night"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description The password is changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.wrong_password.suspended"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    log_in_to_demo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "buyer"
                 *     }
                 */
                "application/json": components["schemas"]["Part"];
            };
        };
        responses: {
            /** @description The session has begun: both cookies are set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": {
                     *         "display_name": "Anna",
                     *         "email": "anna@example.com",
                     *         "email_verified": true,
                     *         "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *         "roles": [
                     *           "text"
                     *         ],
                     *         "shop_name": "Anna's lanterns",
                     *         "username": "anna"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["LoggedIn"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            403: components["responses"]["403.cross_site.suspended"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    forgot_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "anna@example.org"
                 *     }
                 */
                "application/json": components["schemas"]["Addressee"];
            };
        };
        responses: {
            /** @description If there is such an account, a mail is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            403: components["responses"]["403.cross_site.suspended"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "anna@example.org",
                 *       "password": "a quiet mill by the river",
                 *       "totp": "492039"
                 *     }
                 */
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description The session has begun: both cookies are set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": {
                     *         "display_name": "Anna",
                     *         "email": "anna@example.com",
                     *         "email_verified": true,
                     *         "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *         "roles": [
                     *           "text"
                     *         ],
                     *         "shop_name": "Anna's lanterns",
                     *         "username": "anna"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["LoggedIn"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.wrong_credentials.totp_required.wrong_code.unauthenticated"];
            403: components["responses"]["403.cross_site.suspended"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    log_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "scope": "current"
                 *     }
                 */
                "application/json": components["schemas"]["Logout"] | null;
            };
        };
        responses: {
            /** @description They have ended. Both cookies are cleared, or, if the session that asks goes on, the access cookie is set anew */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.suspended"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Both cookies are set */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.suspended"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    resend_verification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "anna@example.org"
                 *     }
                 */
                "application/json": components["schemas"]["Addressee"];
            };
        };
        responses: {
            /** @description If there is such an account that needs one, a mail is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            403: components["responses"]["403.cross_site.suspended"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "a quiet mill by the river",
                 *       "token": "text"
                 *     }
                 */
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description The password is set */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            403: components["responses"]["403.cross_site.suspended"];
            410: components["responses"]["410.link_used.link_expired"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions in which the caller is logged in, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "address": "192.0.2.7",
                     *           "current": true,
                     *           "device": "text",
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "last_seen_at": "2026-11-21T02:38:21Z",
                     *           "started_at": "2026-11-21T02:38:21Z",
                     *           "until": "2026-11-21T02:38:21Z"
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Session"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended; if it is the one that asks, both cookies are cleared */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.suspended"];
            404: components["responses"]["404.not_found"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "anna@example.org",
                 *       "password": "a quiet mill by the river",
                 *       "username": "anna"
                 *     }
                 */
                "application/json": components["schemas"]["Application"];
            };
        };
        responses: {
            /** @description The application was taken */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            403: components["responses"]["403.cross_site.suspended"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    enrol: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is made, in place of one that was not confirmed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                     *       "uri": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Enrolment"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.suspended"];
            409: components["responses"]["409.second_factor_on.not_enrolled.already_registered"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    disable: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "a quiet mill by the river"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordProof"];
            };
        };
        responses: {
            /** @description It is off; the access cookie is set anew */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.wrong_password.suspended"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "492039"
                 *     }
                 */
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description It is on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "recovery_codes": [
                     *         "mzxw-6ytb-oi7q-2lma"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.suspended"];
            409: components["responses"]["409.second_factor_on.not_enrolled.already_registered"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    verify_email: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "text"
                 *     }
                 */
                "application/json": components["schemas"]["Proof"];
            };
        };
        responses: {
            /** @description It is proven */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            403: components["responses"]["403.cross_site.suspended"];
            410: components["responses"]["410.link_used.link_expired"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_categories: {
        parameters: {
            query?: {
                /** @description Exactly this category. */
                category?: string;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description Leaves out the caller's own products. */
                exclude_seller?: "me";
                /** @description Only these products: up to 100 ids, with commas between them. Without `sort` they come in this order, on one page. */
                ids?: string;
                /** @description Only what can be ordered now. */
                in_stock?: boolean;
                /** @description How many rows. */
                limit?: number;
                /** @description In minor units. */
                max_price?: number;
                /** @description In minor units. */
                min_price?: number;
                /**
                 * @description Words of the name, the category or the description, or how they begin, in any case and without accents. Where nothing has
                 *     them all, one letter of each may be wrong. The first ten count.
                 * @example blue teapot
                 */
                q?: string;
                /** @description Products of this seller. */
                seller?: string;
                /** @description `relevance` when `q` is given, else `newest`. */
                sort?: "newest" | "price" | "-price" | "name" | "relevance";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /**
             * @description The categories of the products on offer, by name. It takes the filters of the catalogue, to show what choosing each category
             *     would leave; the `category` that is chosen already makes no difference, nor does `sort`.
             */
            200: {
                headers: {
                    /** @description Of this answer, without a session */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "count": 1,
                     *           "name": "Kitchen"
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Category"];
                };
            };
            /** @description It is as `If-None-Match` names it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    show_inventory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which product id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                product_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many units there are of a product; none before the first were received. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "available": 1,
                     *       "on_hand": 1,
                     *       "reserved": 1,
                     *       "threshold": 1,
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["StockNumbers"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            404: components["responses"]["404.not_found"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    adjust_stock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which product id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                product_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "delta": 1,
                 *       "reason": "Broken in the warehouse"
                 *     }
                 */
                "application/json": components["schemas"]["Correction"];
            };
        };
        responses: {
            /** @description It is corrected */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Changed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.product_archived.too_much_stock.below_reserved.insufficient_stock"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_movements: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description Which product id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                product_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What changed a product's stock, latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "at": "2026-11-21T02:38:21Z",
                     *           "by": "seller",
                     *           "kind": "reserved",
                     *           "note": "text",
                     *           "on_hand": 1,
                     *           "on_hand_change": 1,
                     *           "order_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "reserved": 1,
                     *           "reserved_change": 1,
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Movement"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    receive_stock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which product id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                product_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "quantity": 1,
                 *       "reference": "text"
                 *     }
                 */
                "application/json": components["schemas"]["Delivery"];
            };
        };
        responses: {
            /** @description They are counted */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Changed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.product_archived.too_much_stock.below_reserved.insufficient_stock"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    set_threshold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which product id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                product_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "quantity": 5
                 *     }
                 */
                "application/json": components["schemas"]["Threshold"];
            };
        };
        responses: {
            /** @description It is kept */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Changed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.product_archived.too_much_stock.below_reserved.insufficient_stock"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    listen: {
        parameters: {
            query?: {
                /** @description Whose bands of stock to tell of: up to 100 products' ids, with commas between them. Without it, all that are on offer. */
                products?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tells of orders, messages and stock as they change, for as long as the client listens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example id: 1a..............._...............1____
                     *     event: order
                     *     data: {"id":"019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b","version":2,"type":"order.confirmed","status":"confirmed","at":"2026-11-02T09:00:00Z"}
                     */
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["401.unauthenticated"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    show_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The OpenAPI document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": Record<string, never>;
                };
            };
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_orders: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
                /** @description Only those that are this far. */
                status?: "pending" | "confirmed" | "paid" | "partly_shipped" | "shipped" | "delivered" | "completed" | "rejected" | "expired" | "cancelled" | "refunded";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The orders that the caller placed, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actions": [
                     *             "pay",
                     *             "cancel"
                     *           ],
                     *           "buyer_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "changed_at": "2026-11-21T02:38:21Z",
                     *           "complete_by": "2026-11-21T02:38:21Z",
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "lines": [
                     *             {
                     *               "name": "White metal lantern",
                     *               "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "quantity": 1,
                     *               "returned": 1,
                     *               "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "unit_price": {
                     *                 "amount": 1999,
                     *                 "currency": "EUR"
                     *               }
                     *             }
                     *           ],
                     *           "paid_at": "2026-11-21T02:38:21Z",
                     *           "payment": {
                     *             "attempts": 1,
                     *             "captured": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "last_attempt": "paid",
                     *             "pay_by": "2026-11-21T02:38:21Z",
                     *             "refunded": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "placed_at": "2026-11-21T02:38:21Z",
                     *           "shipments": [
                     *             {
                     *               "delivered_at": "2026-11-21T02:38:21Z",
                     *               "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "shipped_at": "2026-11-21T02:38:21Z",
                     *               "tracking": "text"
                     *             }
                     *           ],
                     *           "status": "confirmed",
                     *           "total": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           },
                     *           "totals": {
                     *             "lines": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "shipping": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "tax": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "total": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Order"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    place_order: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "expected_total": {
                 *         "amount": 1999,
                 *         "currency": "EUR"
                 *       },
                 *       "lines": [
                 *         {
                 *           "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                 *           "quantity": 1
                 *         }
                 *       ],
                 *       "ship_to": {
                 *         "city": "Rostock",
                 *         "country": "DE",
                 *         "lines": [
                 *           "Lange Straße 7",
                 *           "Third floor"
                 *         ],
                 *         "name": "Anna Berg",
                 *         "phone": "+49 381 1234567",
                 *         "postcode": "18055"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewOrder"];
            };
        };
        responses: {
            /** @description It is taken */
            201: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "status": "pending",
                     *       "total": {
                     *         "amount": 1999,
                     *         "currency": "EUR"
                     *       },
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["PlacedOrder"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json.idempotency_key_required"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.email_unverified.suspended"];
            409: components["responses"]["409.in_flight.insufficient_stock.price_changed.already_placed"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    show_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One order, with the last ten messages about it; a seller in it sees their own lines and their own parcel. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actions": [
                     *         "pay",
                     *         "cancel"
                     *       ],
                     *       "buyer_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "changed_at": "2026-11-21T02:38:21Z",
                     *       "complete_by": "2026-11-21T02:38:21Z",
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "lines": [
                     *         {
                     *           "name": "White metal lantern",
                     *           "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "quantity": 1,
                     *           "returned": 1,
                     *           "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "unit_price": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           }
                     *         }
                     *       ],
                     *       "messages": {
                     *         "items": [
                     *           {
                     *             "at": "2026-11-21T02:38:21Z",
                     *             "number": 1,
                     *             "own": true,
                     *             "party": "seller",
                     *             "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *             "shop_name": "Anna's lanterns",
                     *             "text": "Could you leave it with the neighbour?"
                     *           }
                     *         ],
                     *         "next_cursor": "text"
                     *       },
                     *       "paid_at": "2026-11-21T02:38:21Z",
                     *       "payment": {
                     *         "attempts": 1,
                     *         "captured": {
                     *           "amount": 1999,
                     *           "currency": "EUR"
                     *         },
                     *         "last_attempt": "paid",
                     *         "pay_by": "2026-11-21T02:38:21Z",
                     *         "refunded": {
                     *           "amount": 1999,
                     *           "currency": "EUR"
                     *         }
                     *       },
                     *       "placed_at": "2026-11-21T02:38:21Z",
                     *       "ship_to": {
                     *         "city": "Rostock",
                     *         "country": "DE",
                     *         "lines": [
                     *           "Lange Straße 7",
                     *           "Third floor"
                     *         ],
                     *         "name": "Anna Berg",
                     *         "phone": "+49 381 1234567",
                     *         "postcode": "18055"
                     *       },
                     *       "shipments": [
                     *         {
                     *           "delivered_at": "2026-11-21T02:38:21Z",
                     *           "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "shipped_at": "2026-11-21T02:38:21Z",
                     *           "tracking": "text"
                     *         }
                     *       ],
                     *       "status": "confirmed",
                     *       "total": {
                     *         "amount": 1999,
                     *         "currency": "EUR"
                     *       },
                     *       "totals": {
                     *         "lines": {
                     *           "amount": 1999,
                     *           "currency": "EUR"
                     *         },
                     *         "shipping": {
                     *           "amount": 1999,
                     *           "currency": "EUR"
                     *         },
                     *         "tax": {
                     *           "amount": 1999,
                     *           "currency": "EUR"
                     *         },
                     *         "total": {
                     *           "amount": 1999,
                     *           "currency": "EUR"
                     *         }
                     *       },
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["WholeOrder"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            404: components["responses"]["404.not_found"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    cancel_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "Broken in the warehouse"
                 *     }
                 */
                "application/json": components["schemas"]["Cancellation"];
            };
        };
        responses: {
            /** @description It is cancelled */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "status": "cancelled",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["CancelledOrder"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json.idempotency_key_required"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.too_much_stock.insufficient_stock.too_early.payment_under_way.attempt_succeeded.no_payment_provider.too_many_messages.too_late.already_decided"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    deliver_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They have arrived */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "status": "shipped",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["MovedOrder"];
                };
            };
            400: components["responses"]["400.bad_request.idempotency_key_required"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.too_much_stock.insufficient_stock.too_early.payment_under_way.attempt_succeeded.no_payment_provider.too_many_messages.too_late.already_decided"];
            412: components["responses"]["412.moved_on"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is written about an order, the newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "at": "2026-11-21T02:38:21Z",
                     *           "number": 1,
                     *           "own": true,
                     *           "party": "seller",
                     *           "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "shop_name": "Anna's lanterns",
                     *           "text": "Could you leave it with the neighbour?"
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Message"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    post_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Could you leave it with the neighbour?"
                 *     }
                 */
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description It is there to read */
            201: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "number": 1,
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["PostedMessage"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json.idempotency_key_required"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.too_much_stock.insufficient_stock.too_early.payment_under_way.attempt_succeeded.no_payment_provider.too_many_messages.too_late.already_decided"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    pay_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "method_token": "tok_approve"
                 *     }
                 */
                "application/json": components["schemas"]["PaymentAttempt"];
            };
        };
        responses: {
            /** @description The provider has answered: `outcome` says what */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempt": 1,
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "outcome": "paid",
                     *       "reason": "The payment was declined.",
                     *       "status": "paid",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Paid"];
                };
            };
            /** @description The provider has not answered yet */
            202: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempt": 1,
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "outcome": "paid",
                     *       "reason": "The payment was declined.",
                     *       "status": "paid",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Paid"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json.idempotency_key_required"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.too_much_stock.insufficient_stock.too_early.payment_under_way.attempt_succeeded.no_payment_provider.too_many_messages.too_late.already_decided"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    return_goods: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "lines": [
                 *         {
                 *           "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                 *           "quantity": 1
                 *         }
                 *       ],
                 *       "reason": "Too small"
                 *     }
                 */
                "application/json": components["schemas"]["NewReturn"];
            };
        };
        responses: {
            /** @description They are taken back */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "number": 1,
                     *       "refund": {
                     *         "amount": 1999,
                     *         "currency": "EUR"
                     *       },
                     *       "status": "delivered",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Return"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json.idempotency_key_required"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.too_much_stock.insufficient_stock.too_early.payment_under_way.attempt_succeeded.no_payment_provider.too_many_messages.too_late.already_decided"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    ship_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "tracking": "DHL 00340434161094042557"
                 *     }
                 */
                "application/json": components["schemas"]["ShipmentOfLines"];
            };
        };
        responses: {
            /** @description They are on their way */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "status": "shipped",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["MovedOrder"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json.idempotency_key_required"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.too_much_stock.insufficient_stock.too_early.payment_under_way.attempt_succeeded.no_payment_provider.too_many_messages.too_late.already_decided"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_timeline: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What happened to an order, earliest first; a seller in it learns nothing of the others' lines, parcels and returns. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "amount": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           },
                     *           "at": "2026-11-21T02:38:21Z",
                     *           "attempt": 1,
                     *           "by": "buyer",
                     *           "complete_by": "2026-11-21T02:38:21Z",
                     *           "lines": [
                     *             {
                     *               "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "quantity": 1
                     *             }
                     *           ],
                     *           "pay_by": "2026-11-21T02:38:21Z",
                     *           "reason": "Broken in the warehouse",
                     *           "refund": 1,
                     *           "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "short": [
                     *             {
                     *               "available": 1,
                     *               "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "requested": 1
                     *             }
                     *           ],
                     *           "tracking": "text",
                     *           "type": "order.placed",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Moment"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    tell_typing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is told */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    hear_provider: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Names the message; the same when it is sent again
                 * @example text
                 */
                "webhook-id": string;
                /**
                 * @description `v1,` and a base64 HMAC-SHA-256 of `id.timestamp.body`
                 * @example text
                 */
                "webhook-signature": string;
                /**
                 * @description When it is sent, in seconds since 1970
                 * @example text
                 */
                "webhook-timestamp": string;
            };
            path: {
                /**
                 * @description The name of the provider
                 * @example fake
                 */
                provider: string;
            };
            cookie?: never;
        };
        /** @description The provider's own */
        requestBody: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description It is heard */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated.untrusted_callback"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.attempt_succeeded.no_payment_provider"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_products: {
        parameters: {
            query?: {
                /** @description Exactly this category. */
                category?: string;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description Leaves out the caller's own products. */
                exclude_seller?: "me";
                /** @description Only these products: up to 100 ids, with commas between them. Without `sort` they come in this order, on one page. */
                ids?: string;
                /** @description Only what can be ordered now. */
                in_stock?: boolean;
                /** @description How many rows. */
                limit?: number;
                /** @description In minor units. */
                max_price?: number;
                /** @description In minor units. */
                min_price?: number;
                /**
                 * @description Words of the name, the category or the description, or how they begin, in any case and without accents. Where nothing has
                 *     them all, one letter of each may be wrong. The first ten count.
                 * @example blue teapot
                 */
                q?: string;
                /** @description Products of this seller. */
                seller?: string;
                /** @description `relevance` when `q` is given, else `newest`. */
                sort?: "newest" | "price" | "-price" | "name" | "relevance";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The products on offer. */
            200: {
                headers: {
                    /** @description Of this answer, without a session */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "category": "Home",
                     *           "changed_at": "2026-11-21T02:38:21Z",
                     *           "description": "text",
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "images": [
                     *             "text"
                     *           ],
                     *           "listed_at": "2026-11-21T02:38:21Z",
                     *           "name": "White metal lantern",
                     *           "price": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           },
                     *           "seller": {
                     *             "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *             "shop_name": "Anna's lanterns"
                     *           },
                     *           "slug": "blue-teapot-3f2a9c41",
                     *           "status": "active",
                     *           "stock": "in",
                     *           "stock_exact": {
                     *             "available": 1,
                     *             "on_hand": 1,
                     *             "reserved": 1,
                     *             "threshold": 1,
                     *             "version": 1
                     *           },
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Product"];
                };
            };
            /** @description It is as `If-None-Match` names it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_product: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "category": "Kitchen",
                 *       "description": "text",
                 *       "draft": true,
                 *       "images": [
                 *         "https://shop.example.org/teapot.jpg"
                 *       ],
                 *       "initial_stock": 1,
                 *       "name": "Blue teapot",
                 *       "price": {
                 *         "amount": 1999,
                 *         "currency": "EUR"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewProduct"];
            };
        };
        responses: {
            /** @description It is offered, or a draft */
            201: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Changed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            409: components["responses"]["409.in_flight.already_listed.product_archived.too_much_stock"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    show_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One product. */
            200: {
                headers: {
                    /** @description `"<product version>.<stock version>"` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "category": "Home",
                     *       "changed_at": "2026-11-21T02:38:21Z",
                     *       "description": "text",
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "images": [
                     *         "text"
                     *       ],
                     *       "listed_at": "2026-11-21T02:38:21Z",
                     *       "name": "White metal lantern",
                     *       "price": {
                     *         "amount": 1999,
                     *         "currency": "EUR"
                     *       },
                     *       "seller": {
                     *         "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *         "shop_name": "Anna's lanterns"
                     *       },
                     *       "slug": "blue-teapot-3f2a9c41",
                     *       "status": "active",
                     *       "stock": "in",
                     *       "stock_exact": {
                     *         "available": 1,
                     *         "on_hand": 1,
                     *         "reserved": 1,
                     *         "threshold": 1,
                     *         "version": 1
                     *       },
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description It is as `If-None-Match` names it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["404.not_found"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    archive_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is archived */
            204: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            412: components["responses"]["412.moved_on"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    change_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "category": "Home",
                 *       "description": "text",
                 *       "images": [
                 *         "text"
                 *       ],
                 *       "name": "White metal lantern",
                 *       "price": {
                 *         "amount": 1999,
                 *         "currency": "EUR"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ProductChange"];
            };
        };
        responses: {
            /** @description It is changed */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Changed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.already_listed.product_archived.too_much_stock"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    publish_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is offered */
            204: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.already_listed.product_archived.too_much_stock"];
            412: components["responses"]["412.moved_on"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    unpublish_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is a draft */
            204: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.already_listed.product_archived.too_much_stock"];
            412: components["responses"]["412.moved_on"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_sold_orders: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
                /** @description Only those that are this far. */
                status?: "pending" | "confirmed" | "paid" | "partly_shipped" | "shipped" | "delivered" | "completed" | "rejected" | "expired" | "cancelled" | "refunded";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /**
             * @description The orders with products of the caller, newest first, and of them the caller's own part; `status` is that part's too, so
             *     that `paid` are those to be shipped.
             */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actions": [
                     *             "pay",
                     *             "cancel"
                     *           ],
                     *           "buyer_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "changed_at": "2026-11-21T02:38:21Z",
                     *           "complete_by": "2026-11-21T02:38:21Z",
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "lines": [
                     *             {
                     *               "name": "White metal lantern",
                     *               "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "quantity": 1,
                     *               "returned": 1,
                     *               "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "unit_price": {
                     *                 "amount": 1999,
                     *                 "currency": "EUR"
                     *               }
                     *             }
                     *           ],
                     *           "paid_at": "2026-11-21T02:38:21Z",
                     *           "payment": {
                     *             "attempts": 1,
                     *             "captured": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "last_attempt": "paid",
                     *             "pay_by": "2026-11-21T02:38:21Z",
                     *             "refunded": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "placed_at": "2026-11-21T02:38:21Z",
                     *           "shipments": [
                     *             {
                     *               "delivered_at": "2026-11-21T02:38:21Z",
                     *               "seller_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "shipped_at": "2026-11-21T02:38:21Z",
                     *               "tracking": "text"
                     *             }
                     *           ],
                     *           "status": "confirmed",
                     *           "total": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           },
                     *           "totals": {
                     *             "lines": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "shipping": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "tax": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "total": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Order"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_own_products: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
                /** @description All of them by default. */
                status?: "draft" | "active" | "archived";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's own products, those that are not on offer too, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "category": "Home",
                     *           "changed_at": "2026-11-21T02:38:21Z",
                     *           "description": "text",
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "images": [
                     *             "text"
                     *           ],
                     *           "listed_at": "2026-11-21T02:38:21Z",
                     *           "name": "White metal lantern",
                     *           "price": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           },
                     *           "seller": {
                     *             "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *             "shop_name": "Anna's lanterns"
                     *           },
                     *           "slug": "blue-teapot-3f2a9c41",
                     *           "status": "active",
                     *           "stock": "in",
                     *           "stock_exact": {
                     *             "available": 1,
                     *             "on_hand": 1,
                     *             "reserved": 1,
                     *             "threshold": 1,
                     *             "version": 1
                     *           },
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Product"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    show_summary: {
        parameters: {
            query?: {
                /** @description How many days of revenue, today being the last. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revenue by day, orders to ship, and what runs low. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "low_stock": {
                     *         "count": 1,
                     *         "products": [
                     *           {
                     *             "available": 1,
                     *             "name": "White metal lantern",
                     *             "product_id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *             "threshold": 1
                     *           }
                     *         ]
                     *       },
                     *       "revenue": [
                     *         {
                     *           "amount": {
                     *             "amount": 1999,
                     *             "currency": "EUR"
                     *           },
                     *           "day": "2026-11-02",
                     *           "orders": 1
                     *         }
                     *       ],
                     *       "to_ship": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Summary"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    open_shop: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "shop_name": "Anna's Teapots"
                 *     }
                 */
                "application/json": components["schemas"]["NewShop"];
            };
        };
        responses: {
            /** @description The shop is open */
            201: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Changed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.email_unverified.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.already_selling"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    show_seller: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A shop and what it offers; `limit` and `cursor` are of its products. */
            200: {
                headers: {
                    /** @description Of this answer, without a session */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "opened_at": "2026-11-21T02:38:21Z",
                     *       "products": {
                     *         "items": [
                     *           {
                     *             "category": "Home",
                     *             "changed_at": "2026-11-21T02:38:21Z",
                     *             "description": "text",
                     *             "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *             "images": [
                     *               "text"
                     *             ],
                     *             "listed_at": "2026-11-21T02:38:21Z",
                     *             "name": "White metal lantern",
                     *             "price": {
                     *               "amount": 1999,
                     *               "currency": "EUR"
                     *             },
                     *             "seller": {
                     *               "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *               "shop_name": "Anna's lanterns"
                     *             },
                     *             "slug": "blue-teapot-3f2a9c41",
                     *             "status": "active",
                     *             "stock": "in",
                     *             "stock_exact": {
                     *               "available": 1,
                     *               "on_hand": 1,
                     *               "reserved": 1,
                     *               "threshold": 1,
                     *               "version": 1
                     *             },
                     *             "version": 1
                     *           }
                     *         ],
                     *         "next_cursor": "text"
                     *       },
                     *       "shop_name": "Anna's lanterns"
                     *     }
                     */
                    "application/json": components["schemas"]["ShopWindow"];
                };
            };
            /** @description It is as `If-None-Match` names it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    grant_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "buyer"
                 *     }
                 */
                "application/json": components["schemas"]["Grant"];
            };
        };
        responses: {
            /** @description The user has it */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "roles": [
                     *         "text"
                     *       ],
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Roles"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.second_factor_required.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.needs_another_admin"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    revoke_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
                /**
                 * @description Which role.
                 * @example buyer
                 */
                role: components["schemas"]["RoleName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user does not have it */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "roles": [
                     *         "text"
                     *       ],
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Roles"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.second_factor_required.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.needs_another_admin"];
            412: components["responses"]["412.moved_on"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    suspend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Sold what never arrived"
                 *     }
                 */
                "application/json": components["schemas"]["Suspension"];
            };
        };
        responses: {
            /** @description The user is out */
            204: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.second_factor_required.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.in_flight.needs_another_admin"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    reinstate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user may come in */
            204: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.second_factor_required.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.needs_another_admin"];
            412: components["responses"]["412.moved_on"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    show_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "display_name": "Anna",
                     *       "email": "anna@example.com",
                     *       "email_verified": true,
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "registered_at": "2026-11-21T02:38:21Z",
                     *       "roles": [
                     *         "buyer"
                     *       ],
                     *       "second_factor": true,
                     *       "shop_name": "Anna's lanterns",
                     *       "username": "anna",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    erase_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "a quiet mill by the river"
                 *     }
                 */
                "application/json": components["schemas"]["Farewell"];
            };
        };
        responses: {
            /** @description The caller is forgotten: every cookie is cleared */
            204: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.wrong_password.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.needs_another_admin.already_registered"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    change_profile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Anna",
                 *       "username": "anna"
                 *     }
                 */
                "application/json": components["schemas"]["Names"];
            };
        };
        responses: {
            /** @description It is changed */
            200: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Changed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.suspended"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.needs_another_admin.already_registered"];
            412: components["responses"]["412.moved_on"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    list_webhooks: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many rows. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's webhooks, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-11-21T02:38:21Z",
                     *           "deliveries": [
                     *             {
                     *               "attempts": 1,
                     *               "created_at": "2026-11-21T02:38:21Z",
                     *               "error": "text",
                     *               "id": "text",
                     *               "last_attempt_at": "2026-11-21T02:38:21Z",
                     *               "next_attempt_at": "2026-11-21T02:38:21Z",
                     *               "response_status": 200,
                     *               "status": "delivered",
                     *               "type": "order.placed"
                     *             }
                     *           ],
                     *           "disabled_at": "2026-11-21T02:38:21Z",
                     *           "disabled_because": "text",
                     *           "events": [
                     *             "order.placed",
                     *             "stock.ran_low"
                     *           ],
                     *           "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *           "status": "active",
                     *           "url": "https://example.org/hooks/millrace"
                     *         }
                     *       ],
                     *       "next_cursor": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Webhook"];
                };
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.role_required.not_a_seller.suspended"];
            422: components["responses"]["422.invalid"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    subscribe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         "order.placed"
                 *       ],
                 *       "url": "https://example.org/hooks/millrace"
                 *     }
                 */
                "application/json": components["schemas"]["NewSubscription"];
            };
        };
        responses: {
            /** @description It is subscribed */
            201: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    /** @description `true` when the command had been carried out before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b",
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Subscribed"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json"];
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.not_a_seller.suspended"];
            409: components["responses"]["409.in_flight.too_many_webhooks"];
            413: components["responses"]["413.too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.invalid.idempotency_key_reused"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
    unsubscribe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Which one: its id.
                 * @example 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended */
            204: {
                headers: {
                    /** @description What was written, for queries that are to show it. */
                    "Consistency-Token"?: string;
                    /** @description The version that it has now: `"4"`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.unauthenticated"];
            403: components["responses"]["403.cross_site.role_required.not_a_seller.suspended"];
            404: components["responses"]["404.not_found"];
            412: components["responses"]["412.moved_on"];
            429: components["responses"]["429.too_fast"];
            500: components["responses"]["500.internal"];
            503: components["responses"]["503.unavailable"];
        };
    };
}
