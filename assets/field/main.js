// The technician's phone: link page, my visits, and one visit. No framework; every module is small on purpose.
import "./css/field.css";
import "./css/answers.css";
import "../desk/elements/theme.js";
import "./elements/sheets.js";
import "./elements/signature.js";
import "./elements/answer.js";
import "./elements/home.js";
import "./elements/visit.js";
