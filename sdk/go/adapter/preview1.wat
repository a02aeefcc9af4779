;; What Go's runtime finds in place of WASI preview 1; components of C and C++ take it too.
;;
;; A Go program for `wasip1` calls some of these functions before its first line runs. Nothing is behind most of them: no
;; files, no environment, no arguments. A plugin imports nothing of WASI but the time of day and random bytes, which the
;; host derives from the message or refuses, and `stderr` and `exit`, by which the runtime says what killed it.
;;
;; - The time of day is the host's. While the host asks for memory it can't be called: then the other clock answers, to the
;;   garbage collector, which is the only one that asks at such a time.
;; - The other clocks begin at a day and count how often they were asked for: a loop that waits for time to pass ends.
;; - A sleep is over at once, and the clock has moved on by as much.
;; - Random bytes are the host's, eight at a time: a number needs no memory in which to be handed over.
;; - Standard output and error both go to `stderr`.
;; - What asks for a file is told that its descriptor is a bad one.
;;
;; Why not the usual adapter (crate `wasi-preview1-component-adapter-provider`): it takes its memory from the plugin's
;; `cabi_realloc`, and does so while Go's runtime is still starting, when no Go function can run; and it answers clocks
;; by calling the host, which a component must not do while the host asks it for memory, as the garbage collector
;; would. This one keeps all it has to remember in globals, and Go tells it when the host asks for memory.
(module
  (import "env" "memory" (memory 0))
  (import "wasi:cli/stderr@0.2.0" "get-stderr" (func $get_stderr (result i32)))
  (import "wasi:cli/exit@0.2.0" "exit" (func $exit (param i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $print (param i32 i32 i32 i32)))
  (import "wasi:clocks/wall-clock@0.2.0" "now" (func $time_of_day (param i32)))
  (import "wasi:random/random@0.2.0" "get-random-u64" (func $chance (result i64)))

  ;; Nanoseconds; every clock but the time of day.
  (global $now (mut i64) (i64.const 86400000000000))
  ;; 1 while the host asks for memory.
  (global $host_waits (mut i32) (i32.const 0))
  ;; The handle of `stderr`, -1 until something is printed.
  (global $stderr (mut i32) (i32.const -1))

  ;; Where the host writes its answer to `$print` and `$time_of_day`, 12 bytes. Go's linker places nothing below 12288 (`wasmMinDataAddr`).
  (global $answer i32 (i32.const 4096))
  ;; Most bytes that may be printed at once.
  (global $at_once i32 (i32.const 4096))

  (global $success i32 (i32.const 0))
  (global $bad_descriptor i32 (i32.const 8))
  (global $invalid i32 (i32.const 28))
  (global $not_supported i32 (i32.const 58))

  ;; Clocks, sleep, chance.

  (func (export "clock_res_get") (param $clock i32) (param $to i32) (result i32)
    (i64.store (local.get $to) (i64.const 1000))
    (global.get $success))

  ;; What Go calls around its `cabi_realloc`; C, whose `malloc` reads no clock, doesn't.
  (func (export "gantry_host_waits") (param $waits i32)
    (global.set $host_waits (local.get $waits)))

  (func (export "clock_time_get") (param $clock i32) (param $precision i64) (param $to i32) (result i32)
    (if (i32.eqz (i32.or (local.get $clock) (global.get $host_waits)))
      (then
        (call $time_of_day (global.get $answer))
        (i64.store (local.get $to)
          (i64.add
            (i64.mul (i64.load (global.get $answer)) (i64.const 1000000000))
            (i64.load32_u offset=8 (global.get $answer))))
        (return (global.get $success))))
    (global.set $now (i64.add (global.get $now) (i64.const 1000)))
    (i64.store (local.get $to) (global.get $now))
    (global.get $success))

  ;; Of all that is waited for, the first is said to have come about. Go puts the time limit first.
  (func (export "poll_oneoff") (param $in i32) (param $out i32) (param $count i32) (param $events i32) (result i32)
    (if (i32.eqz (local.get $count)) (then (return (global.get $invalid))))
    (if (i32.eqz (i32.load8_u offset=8 (local.get $in)))
      (then (call $sleep (i64.load offset=24 (local.get $in)) (i32.load16_u offset=40 (local.get $in)))))
    (memory.fill (local.get $out) (i32.const 0) (i32.const 32))
    (i64.store (local.get $out) (i64.load (local.get $in)))
    (i32.store8 offset=10 (local.get $out) (i32.load8_u offset=8 (local.get $in)))
    (i32.store (local.get $events) (i32.const 1))
    (global.get $success))

  ;; `$flags` 1: the time is a point in time, not a while.
  (func $sleep (param $time i64) (param $flags i32)
    (if (i32.eqz (local.get $flags)) (then (local.set $time (i64.add (local.get $time) (global.get $now)))))
    (if (i64.gt_u (local.get $time) (global.get $now)) (then (global.set $now (local.get $time)))))

  (func (export "sched_yield") (result i32)
    (global.get $success))

  (func (export "random_get") (param $to i32) (param $len i32) (result i32)
    (local $end i32)
    (local $bytes i64)
    (local $left i32)
    (local.set $end (i32.add (local.get $to) (local.get $len)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (if (i32.eqz (local.get $left))
          (then
            (local.set $bytes (call $chance))
            (local.set $left (i32.const 8))))
        (i64.store8 (local.get $to) (local.get $bytes))
        (local.set $bytes (i64.shr_u (local.get $bytes) (i64.const 8)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (br $next)))
    (global.get $success))

  ;; Printing and exit.

  (func (export "fd_write") (param $fd i32) (param $texts i32) (param $count i32) (param $written i32) (result i32)
    (local $total i32)
    (if (i32.and (i32.ne (local.get $fd) (i32.const 1)) (i32.ne (local.get $fd) (i32.const 2)))
      (then (return (global.get $bad_descriptor))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (call $print_all (i32.load (local.get $texts)) (i32.load offset=4 (local.get $texts)))
        (local.set $total (i32.add (local.get $total) (i32.load offset=4 (local.get $texts))))
        (local.set $texts (i32.add (local.get $texts) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (i32.store (local.get $written) (local.get $total))
    (global.get $success))

  (func $print_all (param $text i32) (param $len i32)
    (local $part i32)
    (if (i32.eq (global.get $stderr) (i32.const -1)) (then (global.set $stderr (call $get_stderr))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $len)))
        (local.set $part
          (select (local.get $len) (global.get $at_once) (i32.lt_u (local.get $len) (global.get $at_once))))
        (call $print (global.get $stderr) (local.get $text) (local.get $part) (global.get $answer))
        (local.set $text (i32.add (local.get $text) (local.get $part)))
        (local.set $len (i32.sub (local.get $len) (local.get $part)))
        (br $next))))

  (func (export "proc_exit") (param $code i32)
    (call $exit (i32.ne (local.get $code) (i32.const 0)))
    unreachable)

  (func (export "proc_raise") (param $signal i32) (result i32)
    (global.get $not_supported))

  ;; No arguments, no environment.

  (func $none (param $count i32) (param $size i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $size) (i32.const 0))
    (global.get $success))
  (func $nothing (param $list i32) (param $texts i32) (result i32)
    (global.get $success))
  (export "args_sizes_get" (func $none))
  (export "args_get" (func $nothing))
  (export "environ_sizes_get" (func $none))
  (export "environ_get" (func $nothing))

  ;; No files, no sockets. The functions are told apart by their parameters alone.

  (func $i (param i32) (result i32) (global.get $bad_descriptor))
  (func $ii (param i32 i32) (result i32) (global.get $bad_descriptor))
  (func $iii (param i32 i32 i32) (result i32) (global.get $bad_descriptor))
  (func $iiii (param i32 i32 i32 i32) (result i32) (global.get $bad_descriptor))
  (func $iiiii (param i32 i32 i32 i32 i32) (result i32) (global.get $bad_descriptor))
  (func $iiiiii (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $bad_descriptor))
  (func $iiiiiii (param i32 i32 i32 i32 i32 i32 i32) (result i32) (global.get $bad_descriptor))
  (func $iI (param i32 i64) (result i32) (global.get $bad_descriptor))
  (func $iII (param i32 i64 i64) (result i32) (global.get $bad_descriptor))
  (func $iIIi (param i32 i64 i64 i32) (result i32) (global.get $bad_descriptor))
  (func $iIii (param i32 i64 i32 i32) (result i32) (global.get $bad_descriptor))
  (func $iiiIi (param i32 i32 i32 i64 i32) (result i32) (global.get $bad_descriptor))
  (func $iiiiIIi (param i32 i32 i32 i32 i64 i64 i32) (result i32) (global.get $bad_descriptor))
  (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (global.get $bad_descriptor))

  (export "fd_advise" (func $iIIi))
  (export "fd_allocate" (func $iII))
  (export "fd_close" (func $i))
  (export "fd_datasync" (func $i))
  (export "fd_fdstat_get" (func $ii))
  (export "fd_fdstat_set_flags" (func $ii))
  (export "fd_fdstat_set_rights" (func $iII))
  (export "fd_filestat_get" (func $ii))
  (export "fd_filestat_set_size" (func $iI))
  (export "fd_filestat_set_times" (func $iIIi))
  (export "fd_pread" (func $iiiIi))
  (export "fd_prestat_dir_name" (func $iii))
  (export "fd_prestat_get" (func $ii))
  (export "fd_pwrite" (func $iiiIi))
  (export "fd_read" (func $iiii))
  (export "fd_readdir" (func $iiiIi))
  (export "fd_renumber" (func $ii))
  (export "fd_seek" (func $iIii))
  (export "fd_sync" (func $i))
  (export "fd_tell" (func $ii))
  (export "path_create_directory" (func $iii))
  (export "path_filestat_get" (func $iiiii))
  (export "path_filestat_set_times" (func $iiiiIIi))
  (export "path_link" (func $iiiiiii))
  (export "path_open" (func $open))
  (export "path_readlink" (func $iiiiii))
  (export "path_remove_directory" (func $iii))
  (export "path_rename" (func $iiiiii))
  (export "path_symlink" (func $iiiii))
  (export "path_unlink_file" (func $iii))
  (export "sock_accept" (func $iii))
  (export "sock_recv" (func $iiiiii))
  (export "sock_send" (func $iiiii))
  (export "sock_shutdown" (func $ii))
)
