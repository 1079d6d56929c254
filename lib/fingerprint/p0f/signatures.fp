; TCP signatures of decnet, in the format of p0f v3 (https://lcamtuf.coredump.cx/p0f3/README).
;
; Written from published parameters of the stacks and from captures of our own; not derived from
; p0f.fp. Lines marked (seen) were captured from the real thing, see tests/support/captured_stacks.ts.
;
; The first specific signature that fits exactly wins, then the first generic one, then the first that
; fits but for the TTL, a lost df or id+, or an added id- or ecn.

classes = unix,win,other

[mtu]

label = loopback
sig   = 65535
sig   = 16384
sig   = 16436

label = Ethernet
sig   = 1500

label = Ethernet, jumbo frames
sig   = 9000
sig   = 9001

label = PPPoE
sig   = 1492
sig   = 1488

label = Google Cloud
sig   = 1460

label = GRE
sig   = 1476

label = IPIP or SIT
sig   = 1480

label = VXLAN
sig   = 1450

label = WireGuard
sig   = 1420
sig   = 1412

label = VPN
sig   = 1400
sig   = 1390
sig   = 1380

label = smallest of IPv6
sig   = 1280

label = modem
sig   = 576

[tcp:request]

; ---------------------------------------------------------------------------------------------------
; Scanners. What makes its own packets does without what every kernel of this century sends.
; ---------------------------------------------------------------------------------------------------

; The TTL is drawn from 37 to 59. (seen)
label = s:!:NMap:SYN scan
sys   = @unix,@win
sig   = 4:59-:0:1460:1024,0:mss::0
sig   = 4:59-:0:1460:2048,0:mss::0
sig   = 4:59-:0:1460:3072,0:mss::0
sig   = 4:59-:0:1460:4096,0:mss::0
sig   = 6:255-:0:1460:1024,0:mss::0

; Probes 1 to 6, T5 and ECN of nmap -O. (seen)
label = s:!:NMap:OS detection
sys   = @unix,@win
sig   = *:59-:0:1460:1,10:ws,nop,mss,ts,sok:ack+:0
sig   = *:59-:0:1400:63,0:mss,ws,sok,ts,eol+0:ack+:0
sig   = *:59-:0:640:4,5:ts,nop,nop,ws,nop,mss:ack+:0
sig   = *:59-:0:0:4,10:sok,ts,ws,eol+0:ack+:0
sig   = *:59-:0:536:16,10:mss,sok,ts,ws,eol+0:ack+:0
sig   = *:59-:0:265:512,0:mss,sok,ts:ack+:0
sig   = *:59-:0:265:31337,10:ws,nop,mss,ts,sok:ack+:0
sig   = *:59-:0:1460:3,10:ws,nop,mss,sok,nop,nop:ecn,uptr+:0

; (seen)
label = s:!:NMap:nping
sys   = @unix,@win
sig   = *:64:0:0:1480,0:::0

; (seen; the second one with --tcp-mss)
label = s:!:masscan:SYN scan
sys   = @unix,@win
sig   = *:255:0:0:1024,0:::0
sig   = *:255:0:1460:1024,0:mss::0

; 1.x and 2.x (seen) without options, 3.x with an MSS, 4.x in the order of Windows, Linux or macOS,
; none of which starts at 255.
label = s:!:zmap:SYN scan
sys   = @unix
sig   = *:255:0:0:65535,0:::0
sig   = *:255:0:1460:65535,0:mss::0
sig   = *:255:0:1460:65535,8:mss,nop,ws,nop,nop,sok::0
sig   = *:255:0:1460:65535,7:mss,sok,ts,nop,ws::0
sig   = *:255:0:1460:65535,7:mss,sok,ts,nop,ws:ts1-:0
sig   = *:255:0:1460:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1::0
sig   = *:255:0:1460:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:ts1-:0

; (seen)
label = s:!:hping:SYN
sys   = @unix
sig   = *:64:0:0:512,0::ack+:0
sig   = *:64:0:0:512,0:::0

; No kernel leaves out the MSS.
label = g:!:raw packets:SYN without options
sys   = @unix,@win
sig   = *:255-:0:0:*,0:::0
sig   = *:255-:0:0:*,0::df:0
sig   = *:255-:0:0:*,0::df,id+:0
sig   = *:255-:0:0:*,0::id-:0
sig   = *:255-:0:0:*,0::seq-:0
sig   = *:255-:0:0:*,0::id-,seq-:0
sig   = *:255-:0:0:*,0::ack+:0
sig   = *:255-:0:0:*,0::df,ack+:0
sig   = *:255-:0:0:*,0::df,id+,ack+:0
sig   = *:255-:0:0:*,0::id-,ack+:0

; ---------------------------------------------------------------------------------------------------
; Linux. The initial window is half of net.ipv4.tcp_rmem's default, at most 65535, in whole segments.
; ---------------------------------------------------------------------------------------------------

; tcp_rmem 131072: 44 segments of 1460, more of smaller ones, fewer of jumbo ones. (seen: MTU 1280,
; 1360, 1400, 1420, 1440, 1460, 1480, 1492, 1500, 4352, 9000 over both IP versions)
label = s:unix:Linux:4.19-6.x
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*54,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*15,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws:df,id+,ecn:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws:df,id+,ecn:0
; net.ipv4.tcp_timestamps=0 (seen)
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws:df,id+:0
; loopback (MSS 65495 and 65475)
sig   = *:64:0:*:mss*1,*:mss,sok,ts,nop,ws:df,id+:0

; (seen)
label = s:unix:Linux:4.19-6.x, TCP Fast Open
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+:0
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+:0

; (seen)
label = s:unix:Linux:5.6-6.x, Multipath TCP
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws,?30:df,id+:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws,?30:df,id+:0
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws,?30:df,id+:0

; tcp_rmem 87380 or 65536, as sysctl.conf of older days has it. (seen)
label = s:unix:Linux:4.19-6.x, old tcp_rmem
sig   = *:64:0:*:mss*29,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*30,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*31,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*32,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*22,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*23,*:mss,sok,ts,nop,ws:df,id+:0

; tcp_rmem of 256 KiB and more: Android sets 512 KiB to 2 MiB for each network, tuned servers too.
; (seen, by setting it)
label = s:unix:Linux:large receive buffers (Android, tuned servers)
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws:df,id+,ecn:0
sig   = *:64:0:*:65535,*:mss,nop,nop,sok,nop,ws:df,id+:0

; 65535 in whole segments of a 9001 byte MTU, whatever a gateway made of the MSS.
label = s:unix:Linux:Amazon EC2
sig   = *:64:0:*:62727,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:62727,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:26883,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:26883,*:mss,nop,nop,sok,nop,ws:df,id+:0

label = s:unix:Linux:3.11-4.18
sig   = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*20,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws:df,id+,ecn:0

label = s:unix:Linux:2.6.32-3.10
sig   = *:64:0:*:mss*10,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*10,*:mss,nop,nop,sok,nop,ws:df,id+:0

label = s:unix:Linux:2.4-2.6.38
sig   = *:64:0:*:mss*4,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*4,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*4,*:mss,nop,nop,sok,nop,ws:df,id+:0

label = g:unix:Linux:
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df,id+:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws,?30:df,id+:0

; ---------------------------------------------------------------------------------------------------
; Windows
; ---------------------------------------------------------------------------------------------------

label = s:win:Windows:10, 11, Server 2016-2025
sig   = *:128:0:*:64240,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:mss*44,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:mss*45,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:mss*46,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:mss*47,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:mss*48,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:64240,8:mss,nop,ws,sok,ts:df,id+:0
sig   = *:128:0:*:65535,8:mss,nop,ws,sok,ts:df,id+:0

label = s:win:Windows:Vista to 8.1, Server 2008-2012
sig   = *:128:0:*:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:8192,2:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:8192,0:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:8192,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:8192,8:mss,nop,ws,sok,ts:df,id+:0
sig   = *:128:0:*:8192,2:mss,nop,ws,sok,ts:df,id+:0

label = s:win:Windows:XP, 2000, Server 2003
sig   = *:128:0:*:65535,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:64240,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:16384,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:65535,*:mss,nop,ws,nop,nop,ts,nop,nop,sok:df,id+:0
sig   = *:128:0:*:64240,*:mss,nop,ws,nop,nop,ts,nop,nop,sok:df,id+:0
sig   = *:128:0:*:16384,*:mss,nop,ws,nop,nop,ts,nop,nop,sok:df,id+:0

label = g:win:Windows:NT kernel
sig   = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:*,*:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:*,*:mss,nop,ws,sok,ts:df,id+:0
sig   = *:128:0:*:*,*:mss,nop,ws,nop,nop,ts,nop,nop,sok:df,id+:0

; ---------------------------------------------------------------------------------------------------
; Apple. Of late without an IP identification (RFC 6864), often with ECN.
; ---------------------------------------------------------------------------------------------------

label = s:unix:macOS/iOS:macOS 10.11 and later, iOS 9 and later
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,ecn:0

label = s:unix:macOS/iOS:macOS 10.9-10.11, iOS 7-9
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,ecn:0

label = s:unix:macOS/iOS:macOS 10.4-10.8, iOS up to 6
sig   = *:64:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,3:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,2:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,1:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,0:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0

label = g:unix:macOS/iOS:
sig   = *:64:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = *:64:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:*,*:mss,nop,ws,sok,eol+1:df:0

; ---------------------------------------------------------------------------------------------------
; BSD and other Unix
; ---------------------------------------------------------------------------------------------------

label = s:unix:FreeBSD:9 and later
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df:0
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df,id+:0
sig   = *:64:0:*:65535,7:mss,nop,ws,sok,ts:df:0
sig   = *:64:0:*:65535,7:mss,nop,ws,sok,ts:df,id+:0

label = s:unix:FreeBSD:7-8
sig   = *:64:0:*:65535,3:mss,nop,ws,sok,ts:df,id+:0

label = g:unix:FreeBSD:
sig   = *:64:0:*:*,*:mss,nop,ws,sok,ts:df,id+:0
sig   = *:64:0:*:*,*:mss,nop,ws,sok,ts:df:0

label = s:unix:OpenBSD:5.x and later
sig   = *:64:0:*:16384,6:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+:0

label = s:unix:OpenBSD:4.x
sig   = *:64:0:*:16384,3:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+:0
sig   = *:64:0:*:16384,0:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+:0

label = g:unix:OpenBSD:
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+:0

label = s:unix:NetBSD:4 and later
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,id+:0
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df:0

label = g:unix:NetBSD:
sig   = *:64:0:*:*,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,id+:0

label = s:unix:Solaris:10
sig   = *:64:0:*:mss*34,*:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:64:0:*:mss*34,0:mss,nop,nop,sok:df,id+:0

label = g:unix:Solaris:
sig   = *:64:0:*:*,*:mss,nop,ws,nop,nop,sok:df,id+:0

; The order of the 4.4BSD stack before selective acknowledgements.
label = g:unix:BSD:4.4BSD and its children of the 1990s, AIX
sig   = *:64:0:*:*,*:mss,nop,ws,nop,nop,ts::0
sig   = *:64:0:*:*,*:mss,nop,ws,nop,nop,ts:df,id+:0

; ---------------------------------------------------------------------------------------------------
; Devices
; ---------------------------------------------------------------------------------------------------

; unicornscan dresses up as one unless told otherwise.
label = s:other:Embedded:Cisco IOS (or unicornscan)
sig   = *:255:0:*:4128,0:mss::0

label = s:other:Embedded:lwIP
sig   = *:255:0:*:mss*4,0:mss::0
sig   = *:64:0:*:mss*4,0:mss::0
sig   = *:255:0:*:mss*2,0:mss::0
sig   = *:64:0:*:mss*2,0:mss::0

label = g:other:Embedded:
sig   = *:255:0:*:*,0:mss::0
sig   = *:255:0:*:*,0:mss:df:0
sig   = *:255:0:*:*,0:mss:df,id+:0

[tcp:response]

; What a server answers depends on what it was asked: with the options of the SYN its own go.

; ---------------------------------------------------------------------------------------------------
; Linux: no IP identification. With timestamps 45 segments of 1448. (seen, over the MTUs above)
; ---------------------------------------------------------------------------------------------------

label = s:unix:Linux:4.19-6.x
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*54,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*15,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*1,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws:df,ecn:0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws:df,ecn:0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws:df,ecn:0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,ts,nop,ws:df:0
sig   = *:64:0:*:mss*45,0:mss,sok,ts:df:0
sig   = *:64:0:*:mss*44,0:mss,nop,nop,sok:df:0
sig   = *:64:0:*:mss*44,0:mss:df:0
sig   = *:64:0:*:mss*45,0:mss:df:0

label = s:unix:Linux:Amazon EC2
sig   = *:64:0:*:62643,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:62727,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:62727,0:mss:df:0
sig   = *:64:0:*:26847,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:26883,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:26883,0:mss:df:0

label = s:unix:Linux:3.11-4.18
sig   = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*20,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*20,0:mss,nop,nop,sok:df:0
sig   = *:64:0:*:mss*20,0:mss:df:0

label = s:unix:Linux:2.6.32-3.10
sig   = *:64:0:*:mss*10,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*10,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*10,0:mss,nop,nop,sok:df:0
sig   = *:64:0:*:mss*10,0:mss:df:0

label = s:unix:Linux:2.4-2.6.38
sig   = *:64:0:*:mss*4,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:mss*4,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:mss*4,0:mss,nop,nop,sok:df:0
sig   = *:64:0:*:mss*4,0:mss:df:0

label = g:unix:Linux:
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df:0
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df:0

; ---------------------------------------------------------------------------------------------------
; Windows
; ---------------------------------------------------------------------------------------------------

label = s:win:Windows:10, 11, Server 2016-2025
sig   = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:65535,8:mss,nop,ws,sok,ts:df,id+:0
sig   = *:128:0:*:64240,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:64240,8:mss,nop,ws,sok,ts:df,id+:0
sig   = *:128:0:*:mss*45,8:mss,nop,ws,nop,nop,sok:df,id+:0

label = s:win:Windows:Vista to 8.1, Server 2008-2012
sig   = *:128:0:*:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:8192,8:mss,nop,ws,sok,ts:df,id+:0
sig   = *:128:0:*:8192,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:8192,0:mss:df,id+:0

label = s:win:Windows:XP, 2000, Server 2003
sig   = *:128:0:*:16384,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:16384,0:mss,nop,ws,nop,nop,ts,nop,nop,sok:df,id+,ts1-:0
sig   = *:128:0:*:16384,0:mss,nop,ws,nop,nop,ts,nop,nop,sok:id-,ts1-:0
sig   = *:128:0:*:65535,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:65535,0:mss,nop,ws,nop,nop,ts,nop,nop,sok:df,id+,ts1-:0

label = g:win:Windows:NT kernel
sig   = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:*,*:mss,nop,ws,sok,ts:df,id+:0
sig   = *:128:0:*:*,0:mss,nop,nop,sok:df,id+:0
sig   = *:128:0:*:*,0:mss:df,id+:0

; ---------------------------------------------------------------------------------------------------
; Apple, BSD and other Unix
; ---------------------------------------------------------------------------------------------------

label = s:unix:macOS/iOS:
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0

label = s:unix:FreeBSD:9 and later
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df:0
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df,id+:0
sig   = *:64:0:*:65535,7:mss,nop,ws,sok,ts:df:0
sig   = *:64:0:*:65228,7:mss,nop,ws,sok,ts:df:0

label = g:unix:FreeBSD:
sig   = *:64:0:*:65535,*:mss,nop,ws,sok,ts:df,id+:0
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,eol+1:df:0

label = g:unix:OpenBSD:
sig   = *:64:0:*:16384,*:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+:0
sig   = *:64:0:*:16384,*:mss,nop,nop,sok,nop,ws:df,id+:0
sig   = *:64:0:*:16384,0:mss:df,id+:0

label = g:unix:NetBSD:
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,id+:0
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df:0

label = g:unix:Solaris:
sig   = *:64:0:*:mss*34,*:mss,nop,ws,nop,nop,sok:df,id+:0

label = g:unix:BSD:4.4BSD and its children of the 1990s, AIX
sig   = *:64:0:*:*,*:mss,nop,ws,nop,nop,ts::0
sig   = *:64:0:*:*,*:mss,nop,ws,nop,nop,ts:df,id+:0

; ---------------------------------------------------------------------------------------------------
; Devices and appliances
; ---------------------------------------------------------------------------------------------------

label = s:other:Embedded:Cisco IOS
sig   = *:255:0:*:4128,0:mss::0

label = s:other:F5 BIG-IP:
sig   = *:255:0:*:mss*3,*:mss,nop,ws,nop,nop,ts,nop,nop,sok:df,id+:0
sig   = *:255:0:*:mss*3,0:mss,nop,nop,sok:df,id+:0
sig   = *:255:0:*:mss*3,0:mss:df,id+:0

label = s:other:Embedded:lwIP
sig   = *:255:0:*:mss*4,0:mss::0
sig   = *:64:0:*:mss*4,0:mss::0

label = g:other:Embedded:
sig   = *:255:0:*:*,0:mss::0
