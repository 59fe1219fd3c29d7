/** @module What a password must be. Pure. */
import { AppError } from "../errors.ts";

const CHARS_MIN = 12;
const BYTES_MAX = 1024;

/** Words that long common passwords are built from, with digits and signs around or in between. */
const COMMON_WORDS = new Set([
  "password",
  "passwort",
  "passphrase",
  "administrator",
  "admin",
  "adminadmin",
  "letmein",
  "letmeinplease",
  "welcome",
  "changeme",
  "changemenow",
  "pleasechangeme",
  "qwerty",
  "qwertyuiop",
  "qwertyuiopasdf",
  "qwertzuiop",
  "asdfghjkl",
  "zxcvbnm",
  "iloveyou",
  "monkey",
  "dragon",
  "sunshine",
  "princess",
  "football",
  "baseball",
  "superman",
  "batman",
  "trustno",
  "secret",
  "topsecret",
  "default",
  "backup",
  "backups",
  "correcthorsebatterystaple",
  "thisismypassword",
  "mypassword",
  "testtest",
  "test",
  "root",
  "rootroot",
  "toor",
  "server",
]);
const PRODUCT_WORDS = ["resticmanager", "restic"];
const SEQUENCES = "abcdefghijklmnopqrstuvwxyz 01234567890123456789 09876543210987654321 " +
  "qwertyuiopasdfghjklzxcvbnm qwertzuiopasdfghjklyxcvbnm 1q2w3e4r5t6y7u8i9o0p";

/** @throws {AppError} password_too_short, password_common, or invalid_field if it is too long */
export function checkPassword(password: string, username: string): void {
  if ([...password].length < CHARS_MIN) {
    throw new AppError("password_too_short", `Use at least ${CHARS_MIN} characters`, {
      field: "password",
      hint: "A few random words are easy to remember and hard to guess",
    });
  }
  if (new TextEncoder().encode(password).length > BYTES_MAX) {
    throw new AppError("invalid_field", `Use at most ${BYTES_MAX} bytes`, { field: "password" });
  }
  const reason = weakness(password, username);
  if (reason !== undefined) {
    throw new AppError("password_common", reason, {
      field: "password",
      hint: "A few random words are easy to remember and hard to guess",
    });
  }
}

/** As {@link checkPassword}, for a password that takes the place of another. @throws {AppError} password_too_short, password_common, invalid_field */
export function checkNewPassword(
  input: { current_password: string; password: string },
  username: string,
): void {
  checkPassword(input.password, username);
  if (input.password.normalize("NFC") !== input.current_password.normalize("NFC")) return;
  throw new AppError("invalid_field", "This is the current password", {
    field: "password",
    hint: "Choose another one",
  });
}

function weakness(password: string, username: string): string | undefined {
  const lower = password.toLowerCase();
  const letters = plainLetters(lower);
  if (username.length >= 3 && lower.includes(username.toLowerCase())) {
    return "The password must not contain the user name";
  }
  if (PRODUCT_WORDS.some((word) => letters.includes(word))) {
    return "The password must not contain the product's name";
  }
  const unit = repeatedUnit(lower);
  if (unit.length <= 4 || SEQUENCES.includes(unit) || SEQUENCES.includes(lower)) {
    return "This password is a simple pattern";
  }
  if (COMMON_WORDS.has(repeatedUnit(letters)) || COMMON_WORDS.has(lower.replace(/[^a-z]/g, ""))) {
    return "This is one of the passwords that are tried first";
  }
  return undefined;
}

/** Letters only, with the usual digits and signs for letters turned back. */
function plainLetters(lower: string): string {
  const signs: Record<string, string> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s" };
  const more: Record<string, string> = { "7": "t", "@": "a", "$": "s", "!": "i" };
  const trimmed = lower.replace(/[^a-z]+$/, "").replace(/^[^a-z]+/, "");
  return trimmed.replace(/[0-9@$!]/g, (sign) => signs[sign] ?? more[sign] ?? "")
    .replace(/[^a-z]/g, "");
}

/** The shortest text whose repetition gives `text`; a cut last repetition counts. */
function repeatedUnit(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    const unit = text.slice(0, length);
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit;
  }
  return text;
}
