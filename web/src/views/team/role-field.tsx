import { me } from "../../state/me";
import type { Role } from "../../state/roles";
import { text } from "../../text";
import { SelectField } from "../../ui/field";
import { grantable } from "./roles";

interface RoleFieldProps {
  value: Role;
  /** The role before the change. */
  present: Role;
  wrong: string | null;
  onValue: (role: Role) => void;
}

/** A choice of the roles that the caller may give, with what each may do. */
export function RoleField({ value, present, wrong, onValue }: RoleFieldProps) {
  const own = me.value?.role ?? "viewer";
  const roles = grantable(own, present);
  const hint = own === "owner" ? text.team.roles[value] : `${text.team.roles[value]} ${text.team.onlyOwners}`;
  return (
    <SelectField
      label={text.team.role}
      hint={hint}
      wrong={wrong}
      value={value}
      options={roles.map((role) => ({ value: role, label: text.team.roleNames[role] }))}
      onValue={onValue}
    />
  );
}
