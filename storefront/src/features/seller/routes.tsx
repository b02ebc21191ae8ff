import { Route, Routes } from "react-router-dom";
import { NotFoundPage } from "../../shell/pages";

/** The seller area, loaded when somebody goes there. */
export function Component() {
  return (
    <Routes>
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
