package netpoll

const isEpoll = true
