import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router-dom";
import { demoQuery } from "../session/demo";

export function Footer() {
  const { data: demo } = useQuery(demoQuery);
  return (
    <footer className="footer">
      <div className="footer-inner">
        <p>
          <strong>Millrace</strong> · a marketplace of small shops
        </p>
        <nav aria-label="Footer">
          <ul role="list" className="row">
            <li>
              <Link to="/products">All products</Link>
            </li>
            <li>
              <a href="/docs">For developers</a>
            </li>
            {demo && (
              <li>
                <a href="/dev/mail">Mails of this demo</a>
              </li>
            )}
          </ul>
        </nav>
      </div>
    </footer>
  );
}
