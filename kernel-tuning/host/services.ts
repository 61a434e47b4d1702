import { type Shell, sh } from "../../hosts/index.ts";

/**
 * Defines `read_service` for `library`: the state of services and units, and in records of kind `along` what goes along when one is stopped,
 * as the host's init system says it, with the state of that too.
 * systemd stops along what requires it, is bound to it or part of it (UNIT_ATOM_PROPAGATE_STOP, src/core/unit-dependency-atom.c of 252); sockets,
 * timers and paths would start it again. It forgets units that don't run, and a transient one can't be started again: those of others are left out.
 * OpenRC says by `needsme` all that a stop goes through, over what is provided too (`svc_stop_deps`, src/openrc-run/openrc-run.c of 0.56).
 */
export const readServices: Shell = sh`read_service() {
  if systemd; then read_units "$@"
  elif has rc-service; then
    for p do
      rc-service -e "$p" 2>/dev/null || continue
      read_openrc "$p"
      # Before it may come that dependencies are cached anew.
      set -f; set -- $(rc-service --quiet "$p" needsme 2>/dev/null | tail -n 1); set +f
      [ $# = 0 ] || o along "$p" "$*"
      for q do read_openrc "$q"; done
    done
  fi
}
read_openrc() { if rc-service "$1" status >/dev/null 2>&1; then o service "$1" running; else o service "$1" stopped; fi; }
read_units() {
  asked=" $* " more=
  while [ $# -gt 0 ]; do
    m=$(systemctl show -p LoadState,ActiveState,Transient,RequiredBy,RequisiteOf,BoundBy,ConsistsOf,PropagatesStopTo,TriggeredBy -- "$@" 2>/dev/null |
      names="$*" more=$more awk 'BEGIN { split(ENVIRON["names"], n, " "); i = 1 }
        function out() {
          if (l == "loaded" && !(ENVIRON["more"] && t == "yes")) {
            printf "service\\t%s\\t%s\\n", n[i], (s == "active" || s == "reloading" || s == "activating") ? "running" : "stopped"
            if (k != "") printf "along\\t%s\\t%s\\n", n[i], substr(k, 2)
          }
          i++; l = ""; k = ""
        }
        /^LoadState=/ { l = substr($0, 11) } /^ActiveState=/ { s = substr($0, 13) } /^Transient=/ { t = substr($0, 11) }
        /^(RequiredBy|RequisiteOf|BoundBy|ConsistsOf|PropagatesStopTo|TriggeredBy)=./ { sub(/^[^=]*=/, ""); k = k " " $0; next }
        /^$/ { out() } END { if (l != "") out() }')
    [ -z "$m" ] || printf '%s\\n' "$m"
    set -f; set --
    for q in $(printf '%s\\n' "$m" | awk -F '\\t' '$1 == "along" { print $3 }'); do
      case $asked in *" $q "*) ;; *) asked="$asked$q "; set -- "$@" "$q" ;; esac
    done
    set +f; more=yes
  done
}`;
