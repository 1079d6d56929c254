/* The least that a program on libpcap does: every packet of a capture, TCP SYNs counted.
   Build: cc -O2 pcap_loop.c -o pcap_loop -lpcap */
#include <pcap.h>
#include <stdio.h>

static unsigned long packets, bytes, syns;

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *frame) {
  (void)user;
  packets++;
  bytes += header->len;
  if (header->caplen < 54 || frame[12] != 8 || frame[13] != 0 || frame[23] != 6) return;
  unsigned flags = 14 + (frame[14] & 15) * 4 + 13;
  if (flags < header->caplen && (frame[flags] & 2)) syns++;
}

int main(int argc, char **argv) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
  if (capture == NULL) return 1;
  pcap_loop(capture, -1, count, NULL);
  printf("%lu packets, %lu bytes, %lu SYNs\n", packets, bytes, syns);
  return 0;
}
