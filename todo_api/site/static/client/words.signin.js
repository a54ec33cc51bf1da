/** The texts of signing in and registering, in a table that comes with it. */

export const SIGNIN_WORDS = {
  "signin.title": "Sign in",
  "signin.username": "Username",
  "signin.submit": "Sign in",
  "signin.stay": "Stay signed in",
  "signin.stayHint": "Otherwise for this tab only.",
  "signin.demo": "This is the demo: its user {username} with the password {password} is filled in.",
  "signin.toRegister": "Create an account",
  "signin.invited":
    "You are invited to a list. Sign in or create an account, and you are asked whether to join.",
  "signin.console": "The API’s console",
  "register.title": "Create an account",
  "register.invitation": "Invitation",
  "register.invitationHint": "Registration is closed here: you need the code of an invitation.",
  "register.usernameHint": "Small letters and digits, with . _ - between them.",
  "register.submit": "Create account",
  "register.toSignIn": "I have an account",
};
