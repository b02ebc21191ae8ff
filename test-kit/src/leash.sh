# Holds one server for a test: leash.sh FOLDER LAST-SIGNAL COMMAND...
#
# Reads one order per line, does it, and answers with the same line: `start`, `STOP` and `CONT` (pause and resume, the
# server's children too), or the name of a signal that ends the server. When the input closes, because the test is done
# or dead, ends the server with LAST-SIGNAL and removes its folder. Only this shell signals the server, and it alone reaps
# it, so the process id it holds cannot have become somebody else's.
folder=$1 last=$2
shift 2
# HUP: the kernel sends it when the test process dies while the server is stopped.
trap '' HUP PIPE
server=

children() {
    cat "/proc/$server/task/$server/children"
}

gone() {
    tries=0
    while kill -0 "$1" && [ $tries -lt 500 ]; do
        tries=$((tries + 1))
        sleep 0.02
    done
}

end() {
    [ -n "$server" ] || return
    # A stopped parent has no more children while we count them.
    kill -s STOP "$server"
    family=$(children)
    if [ "$1" = KILL ]; then
        kill -s KILL "$server" $family
    else
        kill -s CONT "$server" $family
        kill -s "$1" "$server"
    fi
    wait "$server"
    for process in $family; do gone "$process"; done
    server=
}

while read -r order; do
    case $order in
    start)
        end KILL
        "$@" </dev/null >"$folder/log" 2>&1 &
        server=$!
        ;;
    STOP)
        kill -s STOP "$server"
        kill -s STOP $(children)
        ;;
    CONT) kill -s CONT "$server" $(children) ;;
    *) end "$order" ;;
    esac
    echo "$order"
done
end "$last"
cd /
rm -rf "$folder"
