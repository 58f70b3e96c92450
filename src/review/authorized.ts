/**
 * What `authorize` answers: whether the request may see and judge the rows, who makes it, or what it is
 * answered instead, such as a redirect to a login.
 *
 * @category Review
 */
export type Authorized = boolean | { readonly username: string } | Response;
